"""Names in any script: what a person may call a group, a course or a source, and what could run somewhere."""

import unicodedata

import pytest
from pydantic import TypeAdapter, ValidationError

from analysis.names import is_code, is_name, normal
from analysis.participants.fields import name


@pytest.mark.parametrize(
    "text",
    [
        "हिन्दी समूह",  # combining vowels
        "กลุ่ม ก",
        "Cafe\u0301 group",  # decomposed, as some systems write names of files
        "Group A – women",
        "می‌خواهم",  # a joiner between letters
        "தமிழ் குழு (2)",
        "Nhóm Tiếng Việt",
        "ክፍል ፩",
        "L’École d’été & Cie",
        "Group 1: morning, room #2/3",
    ],
)
def test_names_in_use(text):
    assert is_name(text) and is_name(normal(text))


@pytest.mark.parametrize(
    "name", ["", " A", "\u0301e", "<b>", "=1+1", "@A", '"A"', "A;B", "A[1]", "{A}", "A\nB", "A`", "x" * 65]
)
def test_what_is_no_name(name):
    assert not is_name(name)


def test_the_two_ways_of_storing_an_accent_are_one_name():
    assert {normal(unicodedata.normalize(form, "Groupe d’été  A")) for form in ("NFC", "NFD")} == {"Groupe d’été A"}


def test_a_course_may_be_called_what_a_group_may():
    annotation, _ = name("Course", "A course.")
    assert TypeAdapter(annotation).validate_python("Cafe\u0301 – सुबह") == "Café – सुबह"
    with pytest.raises(ValidationError):
        TypeAdapter(annotation).validate_python("<b>")


@pytest.mark.parametrize(
    ("code", "fits"),
    [("E6", True), ("Е6", True), ("学员3", True), ("म१", True), ("E 6", False), ("6<", False), ("Амина", False)],
)
def test_codes_for_people(code, fits):
    assert is_code(code) is fits
