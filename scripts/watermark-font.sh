#!/usr/bin/env bash
# Makes crates/photo/assets/watermark-sans.otf anew: the characters of 通用规范汉字表 (Unihan's
# kTGH), those of GB 2312, ASCII and punctuation out of Noto Sans CJK SC.
#
# The file is kept in the project, because whoever builds the app for a phone has no Debian
# packages at hand. Needs apt-get, dpkg, fc-match and python3 with venv, and 20 MB of downloads.
set -euo pipefail
cd "$(dirname "$0")/.."
project=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

apt-get -q download unicode-data fonts-noto-cjk
for package in ./*.deb; do
    dpkg -x "$package" .
done
python3 -m venv tools
tools/bin/pip -q install 'fonttools==4.68.0'

tools/bin/python3 - <<'PY'
import bz2
import glob

wanted = set(range(0x20, 0x7F))
for path in glob.glob("usr/share/unicode/Unihan_*.bz2"):
    for line in bz2.open(path, "rt", encoding="utf-8"):
        fields = line.rstrip("\n").split("\t")
        if len(fields) == 3 and fields[1] == "kTGH":
            wanted.add(int(fields[0][2:], 16))
for first in range(0xA1, 0xF8):
    for second in range(0xA1, 0xFF):
        try:
            wanted.add(ord(bytes([first, second]).decode("gb2312")))
        except UnicodeDecodeError:
            continue
wanted |= set(map(ord, "°′″±·…—–‘’“”、。〈〉《》「」【】〓□（），．／：；？！～％＋－×＝↑↗→↘↓↙←↖§№①②③㎡⌀"))
# Scripts that GB 2312 holds and no Chinese name is written in.
others = [(0x370, 0x52F), (0x2500, 0x257F), (0x3040, 0x30FF), (0x3100, 0x312F)]
wanted = {c for c in wanted if not any(first <= c <= last for first, last in others)}
with open("wanted.txt", "w") as out:
    out.write("\n".join(f"U+{c:04X}" for c in sorted(wanted)))
PY

tools/bin/pyftsubset usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc \
    --font-number=2 --unicodes-file=wanted.txt --layout-features='' --no-hinting \
    --notdef-outline --name-IDs='0,1,2,3,4,5,6,13,14' \
    --drop-tables+=vhea,vmtx,VORG,BASE,GPOS,GSUB,GDEF \
    --output-file="$project/crates/photo/assets/watermark-sans.otf"
ls -l "$project/crates/photo/assets/watermark-sans.otf"
