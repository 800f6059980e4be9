// Loaded by Node before a JavaScript program that is run once more because it took too long: reports where it is.
// A second thread stops the first one, in a loop too, and reads its calls: Node 20.11 and later can (without it,
// nothing is reported).
"use strict";
// What is required first is loaded by each further thread too.
if (require("worker_threads").isMainThread) {
  const { readSync, ftruncateSync } = require("fs");
  const start = Buffer.alloc(32);
  readSync(5, start, 0, 32, 0);
  ftruncateSync(5, 0);
  const { Worker } = require("worker_threads");

  const watch = () => {
    const { workerData } = require("worker_threads");
    const { Session } = require("inspector");
    const { writeSync } = require("fs");
    const session = new Session();
    if (!session.connectToMainThread) return;
    session.connectToMainThread();
    const files = new Map();
    session.on("Debugger.scriptParsed", ({ params }) => files.set(params.scriptId, params.url));
    session.on("Debugger.paused", ({ params }) => {
      const frames = [];
      for (const { functionName, location, url } of params.callFrames) {
        const file = decodeURIComponent((url || files.get(location.scriptId) || "").replace(/^file:\/\//, ""));
        if (!file.startsWith("/")) continue;
        const frame = { file, line: location.lineNumber + 1, utf16: location.columnNumber + 1 };
        if (functionName) frame.function = functionName;
        const last = frames[frames.length - 1];
        if (last && last.file === file && last.line === frame.line && last.function === frame.function)
          last.repeats = (last.repeats || 0) + 1;
        else frames.push(frame);
        if (frames.length === 60) break;
      }
      // A pause in Node's own code says nothing: the next one may.
      if (!frames.length) return session.post("Debugger.resume");
      writeSync(5, workerData + " " + JSON.stringify({ kind: "stack", frames: frames.reverse() }) + "\n");
      // To be resumed makes Node abort at times: the rest of its time passes here.
      for (;;);
    });
    session.post("Debugger.enable");
    // Later than Node's own start takes; where the program is in a loop, it stays.
    setInterval(() => {
      const { user, system } = process.cpuUsage();
      if (user + system > 600_000 || process.uptime() > 3) session.post("Debugger.pause");
    }, 100);
  };
  new Worker(`(${watch})()`, { eval: true, execArgv: [], workerData: start.latin1Slice() }).unref();
}
