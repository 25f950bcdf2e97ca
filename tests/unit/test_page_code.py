"""The file that stands for the code behind every page: the same for the same code, another as soon as a byte changes."""

import hashlib

import yaml

from analysis.pipeline.page_code import write_page_code


def test_it_holds_the_hash_of_every_file_that_its_stage_lists(tmp_path):
    files = {
        "src/a.py": "one",
        "src/package/b.py": "two",
        "src/package/page.html.j2": "three",
        "src/package/__pycache__/b.pyc": "compiled",
    }
    for name, text in {**files, "src/other.py": "four"}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "dvc.yaml").write_text(yaml.safe_dump({"stages": {"page_code": {"deps": ["src/a.py", "src/package"]}}}))
    before = write_page_code(tmp_path).read_text()
    expected = [
        f"{hashlib.sha256(text.encode()).hexdigest()}  {name}"
        for name, text in files.items()
        if not name.endswith(".pyc")
    ]
    assert before.splitlines() == expected
    (tmp_path / "src/other.py").write_text("changed")
    (tmp_path / "src/package/__pycache__/b.pyc").write_text("changed")
    assert write_page_code(tmp_path).read_text() == before
    (tmp_path / "src/package/page.html.j2").write_text("changed")
    assert write_page_code(tmp_path).read_text() != before
