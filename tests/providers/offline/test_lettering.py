"""Offline type is set by the house's own settings, whatever the machine's or the user's are."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
DRAW = """
from hashlib import sha256
from providers.offline.art.lettering import fit, mask
print(sha256(mask(fit("Three hearts", 0, 0, 800, 400, 200), 1.0).tobytes()).hexdigest())
"""
UNHINTED = """<fontconfig><match target="pattern">
<edit name="hinting"><bool>false</bool></edit></match></fontconfig>"""


def drawn(**environment):
    """The hash of a keyword drawn by a fresh process, and what that said on the side."""
    plain = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [sys.executable, "-c", DRAW]
    answer = subprocess.run(
        command, cwd=ROOT, env=plain | environment, capture_output=True, text=True, check=True
    )
    return answer.stdout, answer.stderr


def test_a_users_font_settings_do_not_change_a_picture(tmp_path):
    (tmp_path / "fontconfig").mkdir()
    (tmp_path / "fontconfig" / "fonts.conf").write_text(UNHINTED)
    usual, said = drawn()
    assert drawn(XDG_CONFIG_HOME=str(tmp_path)) == (usual, said)
    assert said == ""
