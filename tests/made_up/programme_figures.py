"""The published figures that the made-up export of `connecting_opportunities_example` meets, and those it cannot.

Source of all: the Connecting Opportunities report; the claim ids are those of its ledger. Where figures contradict each
other, counts come before percentages and parts before their total. The records that meet them are made up.
"""

from dataclasses import dataclass
from datetime import date

EXPORT_STUDY = "connecting_opportunities_example"
OF_STUDY = "connecting_opportunities"
EXPORT_SEED = 20170701  # of the committed worked example; any seed meets every figure

DELIVERY = (date(2017, 7, 1), date(2023, 3, 31))  # CO-043, CO-048
LAST_START = date(2022, 12, 30)  # our choice: nobody joined in the last quarter, so that all could be supported
CLOSE = date(2023, 5, 31)  # our choice: evidence was accepted until the books closed, before the report of June 2023
LONGEST_DAYS = 365  # support for up to 12 months: CO-012

# How many people (or organisations) count for each measure.
COUNTS: dict[str, tuple[int, str]] = {
    "referrals": (2864, "CO-131"),
    "participants": (1875, "CO-135"),
    "men": (697, "CO-139"),
    "women": (1177, "CO-144"),
    "unemployed": (910, "CO-149"),
    "inactive": (965, "CO-154"),
    "older": (163, "CO-160"),
    "disabled": (163, "CO-165"),
    "ethnic_minority": (1599, "CO-170"),
    "roma": (40, "CO-182"),
    "refugees": (761, "CO-184"),
    "asylum_seekers": (14, "CO-186"),
    "family_reunion": (105, "CO-188"),
    "isolated_family_joiners": (266, "CO-190"),
    "separated_young_people": (18, "CO-192"),
    "trafficking": (45, "CO-194"),
    "little_or_no_english": (816, "CO-196"),
    "exit_education": (436, "CO-200"),
    "exit_employment_unemployed": (305, "CO-210"),
    "exit_employment_inactive": (206, "CO-215"),
    "inactive_job_search": (278, "CO-220"),
    "esol": (1393, "CO-225"),
    "english_progress": (763, "CO-230"),
    "esol_accreditation": (198, "CO-235"),
    "mentoring": (713, "CO-240"),
    "work_placement": (373, "CO-245"),
    "in_work_support": (412, "CO-250"),
    "mental_health": (527, "CO-255"),
    "champions": (39, "CO-259"),
    "employers": (398, "CO-263"),
    "confidence": (936, "CO-292"),
    "women_integrated": (713, "CO-295"),
    "women_less_isolated": (624, "CO-298"),
    "women_empowered": (576, "CO-301"),
    "women_confidence": (573, "CO-304"),
}

# Targets; those of outcomes are not printed: whole numbers that the printed counts and progress allow.
TARGETS: dict[str, tuple[int, str]] = {
    "participants": (2316, "CO-134"),
    "men": (1158, "CO-137"),
    "women": (1158, "CO-142"),
    "unemployed": (1158, "CO-147"),
    "inactive": (1158, "CO-152"),
    "older": (308, "CO-158"),
    "disabled": (411, "CO-163"),
    "ethnic_minority": (1611, "CO-168"),
    "exit_education": (426, "CO-198"),
    "exit_employment": (494, "CO-203"),
    "exit_employment_unemployed": (284, "CO-208"),
    "exit_employment_inactive": (210, "CO-213"),
    "inactive_job_search": (313, "CO-218"),
    "esol": (1621, "CO-223"),
    "english_progress": (811, "CO-228"),
    "esol_accreditation": (162, "CO-233"),
    "mentoring": (811, "CO-238"),
    "work_placement": (347, "CO-243"),
    "in_work_support": (347, "CO-248"),
    "mental_health": (347, "CO-253"),
    "champions": (38, "CO-258"),
    "employers": (560, "CO-262"),
    "financial_independence": (797, ""),
    "confidence": (814, ""),
    "women_integrated": (520, ""),
    "women_less_isolated": (520, ""),
    "women_empowered": (520, ""),
    "women_confidence": (520, ""),
}

# Printed percentages without a printed base, as counts: our reading of the base, and the count that prints so.
WOMEN_OF_EDUCATION = 310  # 71 % of those into education or training were women: CO-274, second reading in readings.csv
WOMEN_OF_ENGLISH = 656  # 86 % of those who moved up a level of English were women: CO-275, second reading
WOMEN_OF_ACCREDITATION = 170  # 86 % of those with a qualification: CO-275
CLOSER_TO_WORK = 1406  # 75 % of all participants felt closer to the job market: CO-092, whose base is printed
FINANCIALLY_INDEPENDENT = 932  # 54 % of those who answered: CO-291
OWN_SOURCE = (900, 1375)  # 48 % came through delivery partners: CO-072, of participants and of referrals
AGENCY_SOURCE = (469, 716)  # 25 % through external agencies: CO-073, likewise

# Who answered at exit, so that the printed shares of the outcome counts come out: women, and all others.
EXIT_FORMS = (1162, 573)
ANSWERED: dict[str, tuple[int, int]] = {
    "employability": (1156, 564),
    "finance": (1155, 570),
    "integration": (1161, 568),
    "connection": (1115, 560),
    "wellbeing": (1150, 565),
    "confidence": (1160, 571),
    "empowerment": (1152, 566),
}


@dataclass(frozen=True)
class Unmet:
    """A printed figure that the records cannot meet: its claim, what the records give, and why."""

    claim: str
    given: str
    why: str


CANNOT: tuple[Unmet, ...] = (
    Unmet("CO-205", "511", "the two parts, 305 and 206, are met, and add up to 511; 501 cannot be their total"),
    Unmet("CO-156", "51%", "965 of 1,875 is 51.5, just below; 52 needs 966"),
    Unmet("CO-172", "85%", "1,599 of 1,875 is 85.3; 86 needs at least 1,604"),
    Unmet("CO-195", "2.4%", "45 of 1,875 is 2.4 at the decimal printed"),
    Unmet("CO-227", "74%", "1,393 of 1,875 is 74.3, as printed elsewhere in the report"),
    Unmet("CO-159", "13%", "308 of the target of 2,316 people is 13.3"),
    Unmet("CO-164", "18%", "411 of the target of 2,316 people is 17.7"),
    Unmet("CO-169", "70%", "1,611 of the target of 2,316 people is 69.6"),
    Unmet("CO-199", "18%", "426 of the target of 2,316 people is 18.4"),
    Unmet("CO-204", "21%", "494 of the target of 2,316 people is 21.3"),
    Unmet("CO-209", "12%", "284 of the target of 2,316 people is 12.3"),
    Unmet("CO-214", "9%", "210 of the target of 2,316 people is 9.1"),
    Unmet("CO-239", "35%", "811 of the target of 2,316 people is 35.0"),
)

# Printed figures about which an export of this form holds nothing.
NOT_HELD: dict[str, str] = {
    "CO-021": "countries of origin: no column",
    "CO-030": "confidence in speaking and listening to English: not one of the scales",
    "CO-074": "external agencies: a referral says that it came from an agency, not from which",
    "CO-276": "progress of women against targets: targets by sex are not printed",
    "CO-106": "women more integrated, 41 %: contradicts the 61 % that are met",
}


def count(measure: str) -> int:
    """The printed count of a measure.

    >>> count("participants")
    1875
    """
    return COUNTS[measure][0]
