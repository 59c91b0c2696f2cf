#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives halcyon-wizard through a pseudo-terminal, mostly with engine.sh in place of the engine.

Needs WIZARD, the program.  Prints TAP.
"""

import functools
import json
import os
import shutil
import signal
import statistics
import struct
import subprocess

from typist import DEADLINE, HERE, Wizard, ok, run_tests, skip, wait_until, walk_to_restore

ANSWER_MS = 50


def capability(term, name):
    done = subprocess.run(["tput", "-T", term, name], capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None


def test_terminal(term, folder):
    down, up, f1 = (capability(term, name) for name in ("kcud1", "kcuu1", "kf1"))
    if down is None or up is None:
        skip(term, "there is no description of this terminal")
        return
    wizard = Wizard(term, folder)
    try:
        ok(wizard.wait_for("Rescue shell"), f"{term}: the first screen is up")
        wizard.wait_for("7XJ42S2")
        wizard.settle()
        took = statistics.median(wizard.milliseconds(down if i % 2 == 0 else up) for i in range(10))
        ok(took < ANSWER_MS, f"{term}: a key is answered in {took:.1f} ms")
        wizard.send(f1 or b"?")
        ok(wizard.wait_for("Compare vendor"), f"{term}: F1 helps")
        wizard.settle()
        wizard.send(b"\x1b")
        wizard.settle()
        wizard.send("qy")
        ok(wizard.ended() == 0 and wizard.modes_are_back(), f"{term}: it quits, the terminal is as it was")
    finally:
        wizard.close()


def test_signal(folder):
    for number in (signal.SIGTERM, signal.SIGHUP):
        wizard = Wizard("xterm", folder)
        try:
            wizard.wait_for("7XJ42S2")
            wizard.settle()
            raw = not wizard.modes_are_back()
            os.kill(wizard.child.pid, number)
            ok(wizard.ended() == -number and raw and wizard.modes_are_back(),
               f"killed by {number.name} it leaves the terminal as it was")
            wizard.read(1)
            ok(b"\x1b[?1049l" in wizard.seen, f"{number.name}: and the screen")
        finally:
            wizard.close()


def test_restore(folder):
    open(os.path.join(folder, "hold"), "w", encoding="ascii").close()
    wizard = Wizard("xterm", folder)
    try:
        ok(walk_to_restore(wizard), "keys lead to the writing of the disk")
        wizard.resize(43, 132)
        os.kill(wizard.child.pid, signal.SIGWINCH)
        wizard.seen = b""
        ok(wizard.wait_for("\x1b[43"), "a larger terminal is used")
        os.unlink(os.path.join(folder, "hold"))
        ok(wizard.wait_for("RESTORED"), "the end of the run is told")
        ok(wizard.wait_for("On the disk now"), "with its report")
    finally:
        wizard.close()


def test_death(folder, name="an engine that writes goes on when the wizard is killed", under=()):
    hold, finished = os.path.join(folder, "hold"), os.path.join(folder, "finished")
    open(hold, "w", encoding="ascii").close()
    wizard = Wizard("xterm", folder, under=under)
    try:
        walked = walk_to_restore(wizard)
        wizard.child.kill()
        wizard.ended()
    finally:
        wizard.close()
    os.unlink(hold)
    wait_until(lambda: os.path.exists(os.path.join(folder, "apply.exit")))
    ok(walked and os.path.exists(finished), name)


def test_death_at_start(folder):
    """The engine is slow to leave the session of the wizard's terminal, as on a busy machine."""
    name = "and one that is only just starting"
    if not shutil.which("strace"):
        skip(name, "there is no strace")
        return
    test_death(folder, name, under=("strace", "-DDD", "-f", "-o", "/dev/null", "-e", "trace=setsid",
                                    "-e", "inject=setsid:delay_enter=500000"))


def make_disk(path):
    """A small disk: an MBR with one partition, random data in it."""
    entry = struct.pack("<BBBBBBBBII", 0x80, 0, 2, 0, 7, 0, 2, 0, 2048, 40960)
    with open(path, "wb") as disk:
        disk.truncate(32 << 20)
        disk.write(bytes(440) + b"\x11\x22\x33\x44\0\0" + entry + bytes(48) + b"\x55\xaa")
        disk.seek(1 << 20)
        disk.write(os.urandom(8 << 20))


def test_engine(folder):
    """The whole way with the real engine, onto an image file that the facts call a disk."""
    engine = os.path.join(os.path.dirname(os.environ["WIZARD"]), "halcyon")
    if not os.access(engine, os.X_OK):
        skip("the real engine", f"there is no {engine}: make host")
        return
    source, target, repository, facts = (os.path.join(folder, name) for name in ("source", "target.img", "repo", "facts.mine"))
    make_disk(source)
    with open(target, "wb") as disk:
        disk.truncate(48 << 20)
    with open(os.path.join(HERE, "common", "facts.json"), encoding="utf-8") as known:
        document = json.load(known)
    document["disks"] = [{"path": target, "model": "image", "size": 48 << 20, "is_file": True,
                          "identity": {"name": "target.img", "size": 48 << 20}}]
    with open(facts, "w", encoding="utf-8") as mine:
        json.dump(document, mine)
    subprocess.run([engine, "capture", source, "--to", repository, "--id", "small", "--quiet"], check=True)
    wizard = Wizard("xterm", folder, "--repo", repository, "--facts", facts, engine=engine)
    try:
        ok(walk_to_restore(wizard, "small", ".img") and wizard.wait_for("RESTORED"), "the real engine restores a disk")
        ok(wizard.wait_for("read back and compared"), "and reports it")
    finally:
        wizard.close()
    done = subprocess.run([engine, "verify", repository + "//small", "--target", target], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL, check=False)
    ok(done.returncode == 0, "the disk holds the backup")


def test_no_terminal(folder):
    done = subprocess.run([os.environ["WIZARD"], "--run-dir", folder], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=DEADLINE, check=False)
    ok(done.returncode == 2 and "H1401" in done.stderr, "without a terminal it says so")


run_tests(*(functools.partial(test_terminal, term) for term in ("linux", "vt100", "vt220", "xterm", "xterm-256color")),
          test_signal, test_restore, test_death, test_death_at_start, test_engine, test_no_terminal)
