"""The participant files, column by column: one pydantic model each, the same for every study.

The three files of a training programme stand here, the seven of a management information export in `monitoring`.

From these models come the readers' checks, the JSON schemas, the templates and the data dictionary. A column that a
file does not have counts as not asked.
"""

from dataclasses import dataclass

from pydantic import BaseModel, create_model

from analysis.participants import fields
from analysis.participants.fields import Column, Definition, Row, columns
from analysis.participants.monitoring import EXPORT_KEYS, EXPORT_ONE_OF, EXPORT_TABLES


@dataclass(frozen=True)
class Item:
    """A question that is put before and after: its scale, the names of the scale points, and which direction is better.

    A score is the sum of the answers to so many `questions`.
    """

    label: str
    about: str
    low: int
    high: int
    points: tuple[str, ...] = ()
    higher_is_better: bool = True
    questions: int = 1

    @property
    def answers(self) -> tuple[int, int]:
        """The lowest and the highest answer to each question."""
        return self.low // self.questions, self.high // self.questions


@dataclass(frozen=True)
class Moment:
    """When, and about when, a question is put."""

    label: str
    about: str
    stage: str


_LOW_TO_HIGH = ("very low", "low", "fair", "high", "very high")
_POOR_TO_GOOD = ("very poor", "poor", "fair", "good", "very good")

ITEMS: dict[str, Item] = {
    "confidence": Item("Confidence", "How confident the person feels, on nine faces from sad (1) to happy (9).", 1, 9),
    "english": Item("English", "The person's own rating of their English.", 1, 5, _POOR_TO_GOOD),
    "health": Item("Health", "The person's own rating of their health.", 1, 5, _POOR_TO_GOOD),
    "safety": Item(
        "Safety",
        "How safe the person feels in the area.",
        1,
        5,
        ("very unsafe", "unsafe", "neither", "safe", "very safe"),
    ),
    "trust": Item("Trust", "The person's general trust in people in the community.", 1, 5, _LOW_TO_HIGH),
    "employability": Item("Employability", "How able to find work the person feels.", 1, 5, _LOW_TO_HIGH),
}

MOMENTS: dict[str, Moment] = {
    "pre": Moment("before", "True pre-measure: asked before the programme, about that time.", "initial"),
    "then": Moment(
        "before, looking back",
        "Retrospective pre-measure: asked after the programme, about the time before.",
        "experience",
    ),
    "post": Moment("after", "Asked after the programme, about that time.", "experience"),
}

FRIENDS_ITEM = "friends"
FRIENDS = "Number of friends outside the family met regularly; words such as few or a lot are kept as they were given."


def answer_column(item: Item, when: Moment) -> Definition:
    """The answer to an item at a moment, in points of its scale."""
    return fields.whole(
        item.low,
        item.high,
        f"{item.label}, {when.label}",
        f"{item.about} {when.about}",
        unit="scale points",
        stage=when.stage,
        item=True,
        labels=item.points,
    )


def _item_columns() -> dict[str, Definition]:
    return {
        f"{item}_{moment}": answer_column(it, when) for item, it in ITEMS.items() for moment, when in MOMENTS.items()
    }


def friends_column(when: Moment) -> Definition:
    """The number of friends at a moment."""
    return fields.number_or_words(
        0,
        500,
        f"Friends met regularly, {when.label}",
        f"{FRIENDS} {when.about}",
        unit="friends",
        stage=when.stage,
        item=True,
    )


def _friends_columns() -> dict[str, Definition]:
    return {f"{FRIENDS_ITEM}_{moment}": friends_column(when) for moment, when in MOMENTS.items()}


_STUDY = fields.study_column()
_PERSON = fields.person_column()

QuestionnaireRow = create_model(
    "QuestionnaireRow",
    __base__=Row,
    __doc__="One participant: what was known at joining, and the answers before and after. One row for everybody who joined, "
    "also for those who filled in no questionnaire.",
    study=_STUDY,
    person_id=_PERSON,
    joined_on=fields.day("Joined on", "Day the person joined the programme."),
    birth_year=fields.whole(
        1900, 2030, "Year of birth", "Optional; give it only if the analysis needs it.", unit="year"
    ),
    age_at_joining=fields.whole(
        0,
        110,
        "Age at joining",
        "Age in whole years at joining, where it was asked in place of the year of birth; optional, too.",
        unit="years",
    ),
    course=fields.name(
        "Main course",
        "The course the person's participation centred on. English classes are called esol: pages tell them from others.",
        known=("esol",),
    ),
    months_in_uk=fields.number(
        0, 1200, "Time in the UK", "Months in the UK at joining.", unit="months", stage="initial"
    ),
    months_in_area=fields.number(
        0, 1200, "Time in the area", "Months in the area at joining.", unit="months", stage="initial"
    ),
    english_at_joining=fields.whole(
        1,
        5,
        "English at joining",
        "The person's own rating of their English at joining.",
        unit="scale points",
        stage="initial",
        labels=_POOR_TO_GOOD,
    ),
    **_item_columns(),
    **_friends_columns(),
    weeks_volunteering=fields.number(
        0,
        520,
        "Weeks of volunteering",
        "Weeks in which the person volunteered, over the whole programme.",
        unit="weeks",
        stage="experience",
    ),
    interview_date=fields.day("Interview date", "Day of the questionnaire after the programme.", stage="experience"),
)

AttendanceRow = create_model(
    "AttendanceRow",
    __base__=Row,
    __doc__="One person at one session. A session has a date, or a number within its course, or both.",
    study=_STUDY,
    person_id=_PERSON,
    session_date=fields.day("Session date", "Day of the session."),
    session_number=fields.whole(
        1, 100_000, "Session number", "Number of the session within its course, where dates were not kept."
    ),
    course=fields.name("Course", "The course or activity the session belongs to.", known=("esol",)),
)

AdviceContactRow = create_model(
    "AdviceContactRow",
    __base__=Row,
    __doc__="One occasion on which a participant advised or supported somebody. Nothing is recorded about that other person.",
    study=_STUDY,
    contact_id=fields.identifier("Contact", "Id of the contact."),
    person_id=fields.identifier("Adviser", "Id of the participant who gave the advice."),
    contact_date=fields.day("Contact date", "Day of the contact."),
    type=fields.choice(
        {"help": "help", "assistance": "assistance or referral", "signpost": "signposting"},
        "Type of contact",
        "What was given.",
        also={"referral": "assistance", "assist": "assistance", "signposted": "signpost"},
    ),
    field=fields.name("Field", "What the contact was about, such as health."),
)

TABLES: dict[str, type[BaseModel]] = {
    "questionnaire": QuestionnaireRow,
    "attendance": AttendanceRow,
    "advice_contacts": AdviceContactRow,
}

# Which columns together tell the rows of a file apart.
KEYS: dict[str, tuple[str, ...]] = {
    "questionnaire": ("person_id",),
    "attendance": ("person_id", "session_date", "session_number", "course"),
    "advice_contacts": ("contact_id",),
    **EXPORT_KEYS,
}

# Of these columns each row needs at least one.
ONE_OF: dict[str, tuple[str, ...]] = {"attendance": ("session_date", "session_number"), **EXPORT_ONE_OF}


def table_model(table: str) -> type[BaseModel]:
    """The model of one row of a participant file, or of a table of a management information export."""
    return TABLES[table] if table in TABLES else EXPORT_TABLES[table]


def table_columns(table: str) -> dict[str, Column]:
    """The columns of `questionnaire`, `attendance`, `advice_contacts` or a table of an export by name.

    >>> list(table_columns("attendance"))
    ['study', 'person_id', 'session_date', 'session_number', 'course']
    """
    return columns(table_model(table))
