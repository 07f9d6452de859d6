"""Which attachments are programs: by extension, by first bytes, by names in a zip archive."""

from __future__ import annotations

import re
import struct

# What runs when it is opened, on any common system; what large mail providers refuse too.
_PROGRAMS = frozenset(
    re.findall(
        r"\S+",
        """
    ade adp apk app appimage application appx appxbundle bat cab chm cmd com command
    cpl deb desktop diagcab dll dmg exe ex_ gadget hta img inf ins iso isp jar jnlp
    js jse lnk mde mjs msc msh msh1 msh2 mshxml msi msix msp mst nsh osx pif pkg ps1
    ps1xml ps2 psc1 psc2 psd1 psm1 reg rpm run scf scr sct sh shb shs sys vb vbe vbs
    vhd vhdx vxd wll ws wsc wsf wsh xll
    """,
    )
)
_MAGIC = (
    b"MZ",
    b"\x7fELF",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"L\0\0\0\x01\x14\x02\0",
    b"#!/",
    b"#! /",
)
_TYPES = frozenset(
    {
        "application/x-msdownload",
        "application/x-msdos-program",
        "application/x-dosexec",
        "application/x-executable",
        "application/x-sharedlib",
        "application/x-sh",
        "application/x-msi",
        "application/vnd.microsoft.portable-executable",
        "application/java-archive",
        "application/vnd.android.package-archive",
    }
)
_ZIP_ENTRY = re.compile(rb"PK(?:\x03\x04|\x01\x02)")
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"PK00PK\x03\x04")
# Books and documents are zip archives with scripts of their own kind in them.
_DOCUMENTS = frozenset(["docx", "xlsx", "pptx", "odt", "ods", "odp", "epub", "vsdx", "xps"])
_MAX_ENTRIES = 5000
_TAIL = " .\0_"


def is_program_name(name: str) -> bool:
    """Whether a file of this name would run when opened. ``invoice.pdf.exe `` does."""
    return name.rstrip(_TAIL).rpartition(".")[2].lower() in _PROGRAMS and "." in name


def is_program(name: str, media_type: str, content: bytes) -> bool:
    """Whether an attachment is a program or a script, or a zip archive that has one in it."""
    if is_program_name(name) or media_type in _TYPES or content.startswith(_MAGIC):
        # A text may well begin with the letters MZ; a program has zeros soon after.
        return not content.startswith(b"MZ") or is_program_name(name) or b"\0" in content[:64]
    if content.startswith(_ZIP_STARTS) and name.rpartition(".")[2].lower() not in _DOCUMENTS:
        return any(is_program_name(entry) for entry in zip_names(content))
    return False


def zip_names(content: bytes) -> list[str]:
    """Return the names in a zip archive, unpacking nothing; at most 5,000.

    Both the local headers and the central directory are read (APPNOTE 4.3.7, 4.3.12): an
    archive may show a different name in each.
    """
    names = []
    for found in _ZIP_ENTRY.finditer(content):
        local = found[0] == b"PK\x03\x04"
        place = found.start()
        field, start = (place + 26, place + 30) if local else (place + 28, place + 46)
        if start > len(content):
            break
        (length,) = struct.unpack_from("<H", content, field)
        names.append(content[start : start + min(length, 1000)].decode("cp437"))
        if len(names) >= _MAX_ENTRIES:
            break
    return names
