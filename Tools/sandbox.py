"""A place that looks like a new user's machine: a home with nothing in it and the Swift toolchain.

Where the system permits it, this is a root folder of its own with the system's folders mounted to be
read only, and no network. Else it is a plain folder with an empty environment.
"""

import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import time

HOME = "/home/new"
SYSTEM = ("usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "etc")


class Sandbox:
    """Scripts see the folder `home` as $HOME, and start below it."""

    def __init__(self, folder):
        self.root = pathlib.Path(folder)
        self.home = self.root / HOME[1:]
        (self.home / "bin").mkdir(parents=True)
        swift = shutil.which("swift")
        if not swift:
            raise SystemExit("error: no Swift toolchain: 'swift' is not on the PATH")
        self.toolchain = pathlib.Path(swift).resolve().parents[2]
        user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
        self.enter = ["unshare", *user, "--mount", "--net", "sh", "-e", "-c"]
        self.apart = True
        self._lay_out()
        code, output, _ = self.run("true")
        if code:
            self.apart = False
            print(f"note: no root folder of its own can be made here ({output.strip()}); "
                  "a plain folder with an empty home takes its place", flush=True)

    def _lay_out(self):
        """Makes the folders and links that `_mounts` fills."""
        for name in SYSTEM:
            place = pathlib.Path("/", name)
            if place.is_symlink():
                (self.root / name).symlink_to(os.readlink(place))
            elif place.is_dir():
                (self.root / name).mkdir()
        for name in ("dev", "proc", "tmp"):
            (self.root / name).mkdir()
        if not self.toolchain.is_relative_to("/usr"):
            (self.root / self.toolchain.relative_to("/")).mkdir(parents=True, exist_ok=True)

    def _mounts(self):
        folders = [pathlib.Path("/", n) for n in SYSTEM]
        folders = [f for f in folders if f.is_dir() and not f.is_symlink()]
        if not self.toolchain.is_relative_to("/usr"):
            folders.append(self.toolchain)
        lines = []
        for folder in folders:
            goal = shlex.quote(f"{self.root}{folder}")
            lines += [f"mount --bind {folder} {goal}", f"mount -o remount,bind,ro {goal}"]
        return "\n".join(lines + [f"mount --rbind /{name} {self.root}/{name}" for name in ("dev", "proc")])

    def run(self, script, folder=".", seconds=1200, environment=None):
        """The exit code, what both outputs said, and the time that a script took."""
        home = HOME if self.apart else str(self.home)
        variables = {
            "HOME": home, "PATH": f"{home}/bin:{self.toolchain}/usr/bin:/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8", **(environment or {}),
        }
        inside = ["env", "-i", *(f"{n}={v}" for n, v in variables.items()), "/bin/sh", "-e", "-c",
                  f"cd {home}/{folder}\n{script}"]
        command = inside
        if self.apart:
            command = [*self.enter, f"{self._mounts()}\nexec chroot {self.root} {shlex.join(inside)}"]
        path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
        start = time.monotonic()
        try:
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT, start_new_session=True,
                                     env={**os.environ, "PATH": path})
        except FileNotFoundError as error:
            return 127, str(error), 0
        try:
            output = child.communicate(timeout=seconds)[0]
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            output = child.communicate()[0] + f"\nended after {seconds} s".encode()
        return child.returncode, output.decode(errors="replace"), time.monotonic() - start
