"""An invented earlier version of a codebook, for the worked example. Never a finding."""

from analysis.coding.codebook import Code, Codebook


def earlier_codebook(codebook: Codebook) -> Codebook:
    """An invented earlier version of a codebook, so that the comparison of versions has something to show.

    The last code is not there yet, the first that may be applied has another name, the second stands at the top, and
    the third has no exclusion rule.
    """
    draft = f"{codebook.by_id[codebook.codable[0]].name} (draft)"
    changes = dict(zip(codebook.codable, ({"name": draft}, {"parent": None}, {"exclude": ""}), strict=False))
    kept = codebook.codes[:-1] + (Code(id="draft_only", name="Code of the draft only"),)
    codes = tuple(code.model_copy(update=changes.get(code.id, {})) for code in kept)
    return Codebook(title=f"{codebook.title} (synthetic draft)", version="0.9", codes=codes)
