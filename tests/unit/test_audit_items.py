"""What before_after.yaml says of printed means is asked by the audit, too."""

from pathlib import Path
from shutil import copyfile

import pytest
import yaml

from analysis.audit.run import audit_study
from analysis.participants.scales import PLACE
from analysis.study import load_study

ROOT = Path(__file__).resolve().parents[2]
HEADER = "claim_id,line,section,quantity,statement,printed,value,unit,base,kind,formula,note\n"
# Of 48 people: 11.31 is 542.64 to 543.12 of 48, so 543; 8.93 is 428.4 to 428.88, which holds no whole number, and 8.90 is 427.
# Around 8.90 on a scale from 0 to 21, 48 answers deviate by 10.49 at most: 48/47 times 8.90 times 12.10, of which the root. t = -2.31 with 47 degrees of freedom has p = 0.0253.
ROWS = """CM-001,1,Methods,answered,Answered twice,48,48,people,,count,,
CM-002,2,Table,anxiety_before,Before,11.31,11.31,points,,mean,,
CM-003,2,Table,anxiety_after,After,{after},{after},points,,mean,,
CM-004,2,Table,anxiety_after_sd,Deviation after,10.60,10.60,points,,statistic,,
CM-005,2,Table,anxiety_t,Test,-2.31,-2.31,t,,statistic,,
CM-006,2,Table,anxiety_p,P-value,{p},{p},p,,statistic,,
"""
ITEM = {"id": "anxiety", "label": "Anxiety", "before": "CM-002", "after": "CM-003", "sd_after": "CM-004", "t": "CM-005"}


def verdicts(root: Path, p: str = "0.010", after: str = "8.93", **item: object) -> dict[str, str]:
    raw = root / "data" / "raw" / "calm"
    raw.mkdir(parents=True, exist_ok=True)
    (raw.parent / "reference").mkdir(exist_ok=True)
    copyfile(ROOT / PLACE, root / PLACE)
    (raw / "claims.csv").write_text(HEADER + ROWS.format(p=p, after=after), encoding="utf-8")
    about = {"id": "calm", "title": "Calm", "claim_prefix": "CM", "source": {"producer": "p", "title": "t"}}
    (raw / "study.yaml").write_text(yaml.safe_dump(about), encoding="utf-8")
    items = {"respondents": "CM-001", "items": [ITEM | {"p": "CM-006", "scale": [0, 21]} | item]}
    (raw / "before_after.yaml").write_text(yaml.safe_dump(items), encoding="utf-8")
    return {found.claim_id: str(found.verdict) for found in audit_study(load_study("calm", root)).verdicts}


def test_means_deviations_and_tests_of_an_item_are_asked(tmp_path):
    found = verdicts(tmp_path, scale="gad7")
    assert found["CM-003"] == "inconsistent" and found["CM-002"] == "not recomputable"
    assert {found["CM-005"], found["CM-006"]} == {"in question"}
    assert verdicts(tmp_path, p="0.025")["CM-006"] == "consistent"


def test_a_deviation_that_the_scale_has_no_room_for(tmp_path):
    assert verdicts(tmp_path, after="8.90")["CM-004"] == "in question"
    assert verdicts(tmp_path, after="8.90", scale=[0, 30])["CM-004"] == "not recomputable"


@pytest.mark.parametrize("item", [{"fewest": 40}, {"readings": [{"label": "r", "scale": [0, 21]}]}, {"scale": "none"}])
def test_nothing_is_asked_where_people_or_scale_are_not_as_printed(tmp_path, item):
    found = verdicts(tmp_path, p="0.025", **item)
    assert found["CM-003"] == "not recomputable"


def test_the_ledger_itself_keeps_what_its_rows_say(tmp_path):
    verdicts(tmp_path)
    audited = audit_study(load_study("calm", tmp_path))
    assert (audited.claims["CM-003"].base, audited.claims["CM-003"].scale) == ("", "")
    assert audited.inputs[-1].endswith("before_after.yaml")


def test_a_score_that_is_an_average_of_its_questions_is_no_impossible_sum(tmp_path):
    """Of 48 people and seven answers 1.28 is 428.40 to 431.76 of 336 answers, but 61.2 to 61.68 of 48 sums: possible only as an average."""
    assert verdicts(tmp_path, after="1.28", scale="gad7")["CM-003"] != "inconsistent"
    assert verdicts(tmp_path, after="1.28", scale=[0, 21])["CM-003"] == "inconsistent"
