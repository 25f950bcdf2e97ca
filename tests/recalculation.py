"""A workbook recalculated by LibreOffice for many sets of input values, in one run without a window."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np

MACRO = """
Sub Main
  Dim hidden(0) As New com.sun.star.beans.PropertyValue
  hidden(0).Name = "Hidden" : hidden(0).Value = True
  doc = StarDesktop.loadComponentFromURL("{book}", "_blank", 0, hidden())
  doc.enableAutomaticCalculation(False)
  source = FreeFile : Open "{inputs}" For Input As #source
  target = FreeFile : Open "{outputs}" For Output As #target
  Line Input #source, entry : names = Split(entry, ",")
  Line Input #source, entry : wanted = Split(entry, ";")
  Dim cells(UBound(names)) : Dim results(UBound(wanted))
  For i = 0 To UBound(names)
    cells(i) = doc.NamedRanges.getByName(names(i)).getReferredCells().getCellByPosition(0, 0)
  Next i
  For i = 0 To UBound(wanted)
    place = Split(wanted(i), "!")
    results(i) = doc.Sheets.getByName(place(0)).getCellRangeByName(place(1))
  Next i
  Do While Not EOF(source)
    Line Input #source, entry : values = Split(entry, ",")
    For i = 0 To UBound(names) : cells(i).Value = Val(values(i)) : Next i
    doc.calculate()
    shown = ""
    For i = 0 To UBound(wanted) : shown = shown & Str(results(i).Value) & "," : Next i
    Print #target, shown
  Loop
  Close #source : Close #target
  doc.close(True)
  StarDesktop.terminate()
End Sub
"""
LIBRARY = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard" library:readonly="false" library:passwordprotected="false">
{elements}
</library:library>
"""
MODULE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Recalculate" script:language="StarBasic">{code}</script:module>
"""


def recalculate(
    soffice: str, book: Path, draws: Mapping[str, Sequence[float]], wanted: Sequence[str], folder: Path
) -> np.ndarray:
    """Cells (`Sheet!B2`) of a workbook for each draw of its named input cells: an array of draws by cells."""
    inputs, outputs = folder / "draws.csv", folder / "results.csv"
    rows = [",".join(repr(float(value)) for value in row) for row in zip(*draws.values(), strict=True)]
    inputs.write_text("\n".join([",".join(draws), ";".join(wanted), *rows]) + "\n", encoding="utf-8")
    profile = folder / "profile"
    program = [soffice, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore"]
    subprocess.run(
        [*program, "--terminate_after_init"], check=True, capture_output=True, timeout=120
    )  # makes the profile
    _install(profile / "user" / "basic" / "Standard", MACRO.format(book=book.as_uri(), inputs=inputs, outputs=outputs))
    subprocess.run([*program, "macro:///Standard.Recalculate.Main"], check=True, capture_output=True, timeout=300)
    return np.array(
        [[float(cell) for cell in line.split(",")[:-1]] for line in outputs.read_text(encoding="utf-8").splitlines()]
    )


def _install(folder: Path, code: str) -> None:
    (folder / "script.xlb").write_text(
        LIBRARY.format(elements=' <library:element library:name="Recalculate"/>'), encoding="utf-8"
    )
    (folder / "Recalculate.xba").write_text(MODULE.format(code=escape(code)), encoding="utf-8")
