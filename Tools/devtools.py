"""Opens pages in headless Chromium and asks it questions through the DevTools protocol."""

import base64
import json
import os
import pathlib
import re
import shutil
import socket
import struct
import subprocess
import tempfile
import urllib.request


class Socket:
    """The client side of a WebSocket: text messages, in one frame or in several."""

    def __init__(self, url):
        host, port, path = re.fullmatch(r"ws://([^:/]+):(\d+)(/.*)", url).groups()
        self.stream = socket.create_connection((host, int(port)), timeout=60)
        key = base64.b64encode(os.urandom(16)).decode()
        self.stream.sendall((f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nUpgrade: websocket\r\n"
                             f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
                             "Sec-WebSocket-Version: 13\r\n\r\n").encode())
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            self.buffer += self.stream.recv(4096)
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        if b" 101 " not in head.split(b"\r\n")[0]:
            raise OSError(head.decode(errors="replace"))

    def _take(self, count):
        while len(self.buffer) < count:
            data = self.stream.recv(1 << 16)
            if not data:
                raise OSError("the browser closed the connection")
            self.buffer += data
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def send(self, text):
        data = text.encode()
        size = (struct.pack("!B", 0x80 | len(data)) if len(data) < 126 else
                struct.pack("!BH", 0xFE, len(data)) if len(data) < 1 << 16 else
                struct.pack("!BQ", 0xFF, len(data)))
        # Clients must mask; a mask of zeros leaves the data as it is.
        self.stream.sendall(b"\x81" + size + b"\0\0\0\0" + data)

    def receive(self):
        message = b""
        while True:
            first, second = self._take(2)
            size = second & 127
            if size > 125:
                size = struct.unpack("!H" if size == 126 else "!Q",
                                     self._take(2 if size == 126 else 8))[0]
            data = self._take(size)
            if first & 15 < 3:
                message += data
                if first & 128:
                    return message.decode()


class Browser:
    """Chromium with one page, which `open` loads anew."""

    def __init__(self, program=None):
        program = program or next(filter(None, map(
            shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
        if not program:
            raise SystemExit("error: no Chromium found\nhelp: apt-get install -y chromium")
        self.folder = tempfile.mkdtemp(prefix="screenshots-")
        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--remote-debugging-port=0", f"--user-data-dir={self.folder}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for line in self.process.stderr:
            found = re.search(r"listening on ws://([^/]+)/", line)
            if found:
                break
        else:
            raise SystemExit("error: Chromium did not start")
        with urllib.request.urlopen(f"http://{found[1]}/json") as answer:
            page = next(p for p in json.load(answer) if p["type"] == "page")
        self.socket, self.count = Socket(page["webSocketDebuggerUrl"]), 0
        self.messages = []
        self.call("Page.enable")
        self.call("Runtime.enable")
        self.call("Log.enable")

    def close(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def call(self, method, **values):
        self.count += 1
        self.socket.send(json.dumps({"id": self.count, "method": method, "params": values}))
        while True:
            answer = json.loads(self.socket.receive())
            if answer.get("id") == self.count:
                if "error" in answer:
                    raise OSError(f"{method}: {answer['error']['message']}")
                return answer["result"]
            self.note(answer)

    def note(self, event):
        """Keeps what the page complains about: errors of scripts and of its security policy."""
        values = event.get("params", {})
        if event.get("method") == "Runtime.exceptionThrown":
            self.messages.append(values["exceptionDetails"].get("text", "exception"))
        elif event.get("method") == "Log.entryAdded" and values["entry"]["level"] == "error":
            self.messages.append(values["entry"]["text"])

    def open(self, path, width, height, scheme):
        self.messages = []
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=width < 600)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": scheme}])
        self.call("Page.navigate", url=pathlib.Path(path).resolve().as_uri())
        while True:
            event = json.loads(self.socket.receive())
            self.note(event)
            if event.get("method") == "Page.loadEventFired":
                return

    def evaluate(self, script):
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True)
        if "exceptionDetails" in answer:
            raise OSError(answer["exceptionDetails"]["exception"].get("description", "exception"))
        return answer["result"].get("value")

    def picture(self, path, width, most=16_000):
        """Writes the whole page as a PNG, of at most that many pixels in height."""
        height = min(self.evaluate("document.documentElement.scrollHeight"), most)
        answer = self.call("Page.captureScreenshot", captureBeyondViewport=True, clip={
            "x": 0, "y": 0, "width": width, "height": height, "scale": 1})
        pathlib.Path(path).write_bytes(base64.b64decode(answer["data"]))
