"""Zip files that are the same bytes for the same content: fixed times, fixed order."""

import io
from collections.abc import Mapping
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

NO_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that the format knows


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    """Files by name as one zip, in the order given."""
    content = io.BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as archive:
        for name, data in files.items():
            info = ZipInfo(name, NO_TIME)
            info.compress_type, info.external_attr, info.create_system = ZIP_DEFLATED, 0o644 << 16, 3
            archive.writestr(info, data, compresslevel=9)
    return content.getvalue()
