"""The names of raw files, on which a stage depends that looks for a file which need not be there."""

from analysis.pipeline.raw_files import write_raw_files


def test_they_change_when_a_file_comes_or_goes_and_not_when_one_changes(tmp_path):
    study = tmp_path / "data/raw/a_study"
    (study / "records").mkdir(parents=True)
    (tmp_path / "data/raw/README.md").write_text("no folder")
    (study / "claims.csv").write_text("one")
    (study / ".hidden").write_text("")
    (tmp_path / "data/raw/reference").mkdir()
    first, empty = write_raw_files(tmp_path)
    assert (first.name, first.read_text()) == ("a_study.txt", "claims.csv\nrecords/\n")
    assert (empty.name, empty.read_text()) == ("reference.txt", "")
    (study / "claims.csv").write_text("another")
    (study / "records/answers.csv").write_text("within")
    assert write_raw_files(tmp_path)[0].read_text() == "claims.csv\nrecords/\n"
    (study / "assumptions.yaml").write_text("")
    assert write_raw_files(tmp_path)[0].read_text() == "assumptions.yaml\nclaims.csv\nrecords/\n"
    (study / "claims.csv").unlink()
    assert write_raw_files(tmp_path)[0].read_text() == "assumptions.yaml\nrecords/\n"
