#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Drives halcyon-wizard through a pseudo-terminal, mostly with engine.sh in place of the engine.

Needs WIZARD, the program.  Prints TAP.
"""

import fcntl
import json
import os
import pty
import select
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time

HERE = os.path.dirname(os.path.abspath(__file__))
DEADLINE = 20.0
ANSWER_MS = 50
count = failed = 0


def ok(good, name):
    global count, failed
    count += 1
    failed += not good
    print(f"{'' if good else 'not '}ok {count} - {name}", flush=True)
    return good


def capability(term, name):
    done = subprocess.run(["tput", "-T", term, name], capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None


class Wizard:
    """One run of the program on a terminal of its own."""

    def __init__(self, term, folder, *options, engine=os.path.join(HERE, "engine.sh"), under=()):
        self.folder = folder
        self.seen = b""
        self.master, slave = pty.openpty()
        self.slave = slave
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.modes = termios.tcgetattr(slave)
        env = dict(os.environ, TERM=term, PLAY=folder, LC_ALL="C.UTF-8", HALCYON_REPO="http://10.20.0.1/halcyon",
                   ASAN_OPTIONS="detect_leaks=0")
        self.child = subprocess.Popen(
            [*under, os.environ["WIZARD"], "--engine", engine, "--run-dir", folder, *options],
            stdin=slave, stdout=slave, stderr=subprocess.PIPE, env=env, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(slave, termios.TIOCSCTTY, 0))

    def read(self, seconds):
        """What comes within this time, at least one piece; b"" when nothing does."""
        if not select.select([self.master], [], [], seconds)[0]:
            return b""
        got = os.read(self.master, 65536)
        self.seen += got
        return got

    def wait_for(self, text):
        """Until the terminal has been sent `text` since the last call; False after the deadline."""
        end = time.monotonic() + DEADLINE
        while text.encode() not in self.seen:
            if time.monotonic() > end or self.child.poll() is not None:
                print(f"# waited for {text!r}, got {self.seen[-300:]!r}")
                return False
            self.read(0.2)
        self.seen = self.seen.split(text.encode(), 1)[1]
        return True

    def settle(self):
        while self.read(0.15):
            pass

    def send(self, keys):
        os.write(self.master, keys if isinstance(keys, bytes) else keys.encode())

    def milliseconds(self, keys):
        """From a key to the first byte of its answer."""
        begin = time.monotonic()
        self.send(keys)
        self.read(DEADLINE)
        took = (time.monotonic() - begin) * 1000
        self.settle()
        return took

    def ended(self):
        """The exit status; None when it doesn't end in time."""
        try:
            return self.child.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            return None

    def modes_are_back(self):
        return termios.tcgetattr(self.slave)[:4] == self.modes[:4]

    def close(self):
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()
        self.child.stderr.close()
        os.close(self.master)
        os.close(self.slave)


def test_terminal(term, folder):
    down, up, f1 = (capability(term, name) for name in ("kcud1", "kcuu1", "kf1"))
    if down is None or up is None:
        global count
        count += 1
        print(f"ok {count} # SKIP {term}: there is no description of this terminal")
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


def walk_to_restore(wizard, backup="file7-20261115", word="8273"):
    """Keys that lead a technician from the first screen to the writing of the disk."""
    for text, keys in (("PowerEdge", "\r"), ("Where are the backups", "\r"), (backup, "\r"),
                       ("nothing stands in the way", "\r"), ("Which disk does it go to", "\r"),
                       ("Enter goes on", "\r"), ("This is what will be done", "\r"),
                       ("Type the last 4 characters", word + "\r")):
        if not wizard.wait_for(text):
            return False
        wizard.settle()
        wizard.send(keys)
    return wizard.wait_for("Write the data")


def test_restore(folder):
    open(os.path.join(folder, "hold"), "w", encoding="ascii").close()
    wizard = Wizard("xterm", folder)
    try:
        ok(walk_to_restore(wizard), "keys lead to the writing of the disk")
        fcntl.ioctl(wizard.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 43, 132, 0, 0))
        os.kill(wizard.child.pid, signal.SIGWINCH)
        wizard.seen = b""
        ok(wizard.wait_for("\x1b[43"), "a larger terminal is used")
        os.unlink(os.path.join(folder, "hold"))
        ok(wizard.wait_for("RESTORED"), "the end of the run is told")
        ok(wizard.wait_for("On the disk now"), "with its report")
    finally:
        wizard.close()


def test_death(folder, name, under=()):
    hold, finished = os.path.join(folder, "hold"), os.path.join(folder, "finished")
    open(hold, "w", encoding="ascii").close()
    wizard = Wizard("xterm", folder, under=under)
    try:
        walked = walk_to_restore(wizard)
        if os.path.exists(finished):
            os.unlink(finished)
        wizard.child.kill()
        wizard.ended()
    finally:
        wizard.close()
    os.unlink(hold)
    end = time.monotonic() + DEADLINE
    while not os.path.exists(finished) and time.monotonic() < end:
        time.sleep(0.02)
    ok(walked and os.path.exists(finished), name)


def test_deaths(folder):
    """The second engine is slow to leave the session of the wizard's terminal, as on a busy machine."""
    global count
    test_death(folder, "an engine that writes goes on when the wizard is killed")
    name = "and one that is only just starting"
    if not shutil.which("strace"):
        count += 1
        print(f"ok {count} # SKIP {name}: there is no strace")
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
    global count
    engine = os.path.join(os.path.dirname(os.environ["WIZARD"]), "halcyon")
    if not os.access(engine, os.X_OK):
        count += 1
        print(f"ok {count} # SKIP there is no {engine}: make host")
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


def main():
    folder = tempfile.mkdtemp(prefix="halcyon-wizard-test-")
    try:
        for term in ("linux", "vt100", "vt220", "xterm", "xterm-256color"):
            test_terminal(term, folder)
        test_signal(folder)
        test_restore(folder)
        test_deaths(folder)
        test_engine(folder)
        test_no_terminal(folder)
    finally:
        shutil.rmtree(folder)
    print(f"1..{count}")
    return failed > 0


sys.exit(main())
