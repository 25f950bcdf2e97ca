"""A management information export, table by table: one pydantic model each, the same for every programme.

Seven tables: referrals, participants, activities, outcomes, exits, evidence and targets. They are read like the other
participant files (see `schema`), from a folder or workbook of their own (see `exports`).
"""

from pydantic import BaseModel, create_model

from analysis.participants import fields
from analysis.participants.fields import Definition, Row

FLAGS: dict[str, str] = {
    "roma": "Roma",
    "refugee": "Refugee",
    "asylum_seeker": "Asylum seeker with permission to work",
    "family_reunion": "Arrived through family reunion",
    "isolated_family_joiner": "Isolated family joiner",
    "separated_young_person": "Separated young person",
    "trafficking_victim": "Victim of trafficking, forced labour or exploitation",
    "little_or_no_english": "Little or no English",
}

SCALES: dict[str, tuple[str, str]] = {
    "employability": ("Employability", "How close to work the person feels."),
    "finance": ("Financial independence", "How well the person manages on their own money."),
    "integration": ("Integration", "How much part of the local community the person feels."),
    "connection": ("Connection", "How connected to others the person feels; low is isolated."),
    "wellbeing": ("Wellbeing", "The person's own rating of their wellbeing."),
    "confidence": ("Confidence", "How confident the person feels."),
    "empowerment": ("Empowerment", "How much say in their own life the person feels they have."),
}
LEVELS = ("none", "Entry 1", "Entry 2", "Entry 3", "Level 1", "Level 2")
_FIVE = ("very low", "low", "fair", "high", "very high")
_YES_NO = {"yes": "yes", "no": "no"}

STAGES = {"initial": "initial assessment", "review": "review", "exit": "exit", "in_work": "in-work review"}
DESTINATIONS = {
    "employment": "employment",
    "self_employment": "self-employment",
    "education": "education",
    "training": "training",
    "job_search": "job search",
    "inactive": "economically inactive",
    "moved_away": "moved away",
    "unknown": "not known",
}
ACTIVITIES = {
    "keyworker": "keyworker support",
    "esol": "English class",
    "employment_support": "employment support",
    "training": "training",
    "work_placement": "work placement or experience",
    "mentoring": "mentoring or befriending",
    "mental_health": "mental health or wellbeing support",
    "in_work_support": "support to stay in work",
    "champion": "migrant champion",
    "employer_engagement": "contact with an employer",
}
SOURCES = {
    "internal_partner": "the delivery partner itself",
    "other_partner": "another delivery partner",
    "external_agency": "an external agency",
    "self": "self-referral",
}
DECISIONS = {
    "eligible": "eligible",
    "ineligible": "not eligible",
    "inappropriate": "inappropriate referral",
    "withdrawn": "withdrawn before a decision",
    "pending": "no decision yet",
}
EVIDENCE = {
    "eligibility": "eligibility at joining",
    "destination": "destination on leaving",
    "english_level": "level of English",
    "qualification": "English qualification, gained or begun",
    "placement": "work placement or experience",
}

_STUDY = fields.study_column()
_PERSON = fields.person_column()
_AREA = fields.name("Area", "Local authority or other area, by the programme's own names.")


def _flag_columns() -> dict[str, Definition]:
    return {
        flag: fields.choice(_YES_NO, label, "Target group; a person may be in several.")
        for flag, label in FLAGS.items()
    }


def _scale_columns() -> dict[str, Definition]:
    return {
        scale: fields.whole(1, 5, label, about, unit="scale points", labels=_FIVE)
        for scale, (label, about) in SCALES.items()
    }


ReferralRow = create_model(
    "ReferralRow",
    __base__=Row,
    __doc__="One referral received, and what was decided about it.",
    study=_STUDY,
    referral_id=fields.identifier("Referral", "Id of the referral."),
    referral_date=fields.day("Referral date", "Day the referral was received.", needed=True),
    source=fields.choice(SOURCES, "Source", "Who referred the person."),
    area=_AREA,
    decision=fields.choice(DECISIONS, "Decision", "What was decided."),
    decision_date=fields.day("Decision date", "Day of the decision."),
    reason=fields.name("Reason", "Why the referral was not taken up, in a few set words."),
)

ParticipantRow = create_model(
    "ParticipantRow",
    __base__=Row,
    __doc__="One participant with one partner. Somebody who changed partner has a row for each, alike in all but the last three columns.",
    study=_STUDY,
    person_id=_PERSON,
    referral_id=fields.reference("Referral", "Id of the referral the person came through."),
    sex=fields.choice({"female": "female", "male": "male", "other": "other"}, "Sex", "Sex as recorded at joining."),
    age=fields.whole(15, 110, "Age", "Age at joining.", unit="years"),
    area=_AREA,
    labour_status=fields.choice(
        {"unemployed": "unemployed", "inactive": "economically inactive", "employed": "employed"},
        "Labour-market status",
        "Status at joining.",
    ),
    disabled=fields.choice(_YES_NO, "Disabled", "Disability as declared at joining."),
    ethnic_minority=fields.choice(_YES_NO, "Ethnic minority", "As declared at joining."),
    **_flag_columns(),
    start_date=fields.day("Start date", "Day the person joined the programme.", needed=True),
    partner=fields.name("Partner", "Delivery partner, by the programme's own names.", needed=True),
    partner_from=fields.day("With the partner from", "First day with this partner; empty for the start date."),
    partner_until=fields.day(
        "With the partner until", "Last day with this partner; empty while it lasts, or to the exit."
    ),
)

ActivityRow = create_model(
    "ActivityRow",
    __base__=Row,
    __doc__="One activity of one participant on one day; or one contact with an organisation.",
    study=_STUDY,
    activity_id=fields.reference("Activity", "Id of the activity, where the system gives one."),
    person_id=fields.reference(
        "Person", "Pseudonymous id of the participant; empty for a contact with an organisation."
    ),
    organisation=fields.reference("Organisation", "Pseudonymous id of the organisation, such as an employer."),
    type=fields.choice(ACTIVITIES, "Type of activity", "What was done.", needed=True),
    activity_date=fields.day("Activity date", "Day of the activity.", needed=True),
    hours=fields.number(0, 24, "Hours", "Length of the activity.", unit="hours"),
)

OutcomeRow = create_model(
    "OutcomeRow",
    __base__=Row,
    __doc__="One evaluation form of one participant, by stage; in-work reviews say whether the person was in work.",
    study=_STUDY,
    person_id=_PERSON,
    stage=fields.choice(STAGES, "Stage", "When in the programme the form was filled in.", needed=True),
    review_date=fields.day("Review date", "Day of the form.", needed=True),
    language=fields.whole(0, 5, "Level of English", "Level of English as assessed.", unit="levels", labels=LEVELS),
    **_scale_columns(),
    in_work=fields.choice(_YES_NO, "In work", "Whether the person was in work at an in-work review."),
)

ExitRow = create_model(
    "ExitRow",
    __base__=Row,
    __doc__="One participant's leaving of the programme.",
    study=_STUDY,
    person_id=_PERSON,
    exit_date=fields.day("Exit date", "Day the person left.", needed=True),
    destination=fields.choice(DESTINATIONS, "Destination", "What the person left for."),
)

EvidenceRow = create_model(
    "EvidenceRow",
    __base__=Row,
    __doc__="One piece of evidence for what is counted of a participant. It counts once it is accepted.",
    study=_STUDY,
    evidence_id=fields.identifier("Evidence", "Id of the piece of evidence."),
    person_id=_PERSON,
    what=fields.choice(EVIDENCE, "What", "What it is evidence for.", needed=True),
    evidence_date=fields.day("Evidence date", "Day the document is dated.", needed=True),
    received_on=fields.day("Received on", "Day it was entered into the system.", needed=True),
    accepted=fields.choice({**_YES_NO, "pending": "not yet decided"}, "Accepted", "Whether it was accepted."),
    accepted_on=fields.day("Accepted on", "Day of the decision."),
)

TargetRow = create_model(
    "TargetRow",
    __base__=Row,
    __doc__="The target of one measure for one partner (or, without a partner, for the programme) in one quarter.",
    study=_STUDY,
    measure=fields.identifier("Measure", "A measure of the counting rules."),
    partner=fields.name("Partner", "Delivery partner; empty where the programme has one target as a whole."),
    quarter_start=fields.day("Quarter start", "First day of the quarter.", needed=True),
    quarter_end=fields.day("Quarter end", "Last day of the quarter.", needed=True),
    target=fields.whole(0, 1_000_000, "Target", "How many in this quarter.", unit="people", needed=True),
)

EXPORT_TABLES: dict[str, type[BaseModel]] = {
    "referrals": ReferralRow,
    "participants": ParticipantRow,
    "activities": ActivityRow,
    "outcomes": OutcomeRow,
    "exits": ExitRow,
    "evidence": EvidenceRow,
    "targets": TargetRow,
}

# Which columns together tell the rows of a table apart. Participants may have several rows; `exports` says when.
EXPORT_KEYS: dict[str, tuple[str, ...]] = {
    "referrals": ("referral_id",),
    "participants": (),
    "activities": ("activity_id",),
    "outcomes": ("person_id", "stage", "review_date"),
    "exits": ("person_id",),
    "evidence": ("evidence_id",),
    "targets": ("measure", "partner", "quarter_start"),
}

EXPORT_ONE_OF: dict[str, tuple[str, ...]] = {"activities": ("person_id", "organisation")}
