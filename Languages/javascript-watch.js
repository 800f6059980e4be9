// Loaded by Node before a JavaScript program that is run once more because it took too long, or needed too much
// memory: reports where it is.
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
  // Where it is to be stopped for its memory.
  const memory = +process.env.OCISANDBOX_STOP_MEMORY || Infinity;
  delete process.env.OCISANDBOX_STOP_MEMORY;

  const watch = () => {
    const { workerData } = require("worker_threads");
    const { Session } = require("inspector");
    const { writeSync } = require("fs");
    const session = new Session();
    if (!session.connectToMainThread) return;
    session.connectToMainThread();
    const files = new Map();
    let steps = 0;
    session.on("Debugger.scriptParsed", ({ params }) => files.set(params.scriptId, params.url));
    session.on("Debugger.paused", ({ params }) => {
      const frames = [];
      for (const { functionName, location, url } of params.callFrames) {
        const file = decodeURIComponent((url || files.get(location.scriptId) || "").replace(/^file:\/\//, ""));
        if (!file.startsWith("/")) continue;
        const frame = { file, line: location.lineNumber + 1, utf16: location.columnNumber + 1 };
        if (functionName) frame.function = functionName;
        frames.push(frame);
        if (frames.length === 60) break;
      }
      // A pause in Node's own code, as where it takes what `await` goes on with, says nothing: the next statements may.
      if (!frames.length) return session.post(++steps % 50 ? "Debugger.stepInto" : "Debugger.resume");
      const record = { kind: "stack", cut: frames.length === 60, memory: workerData.memory !== Infinity, frames: frames.reverse() };
      writeSync(5, workerData.start + " " + JSON.stringify(record) + "\n");
      // To be resumed makes Node abort at times.
      process.kill(process.pid, "SIGKILL");
      for (;;);
    });
    session.post("Debugger.enable");
    // Later than Node's own start takes; where the program is in a loop, it stays.
    const isDue = () => {
      const { user, system } = process.cpuUsage();
      // Watched, it may need more time to need as much, of which it has 5 s.
      if (workerData.memory !== Infinity) return process.memoryUsage.rss() > workerData.memory || user + system > 4_500_000;
      return user + system > 600_000 || process.uptime() > 3;
    };
    setInterval(() => isDue() && session.post("Debugger.pause"), workerData.memory === Infinity ? 100 : 5);
  };
  new Worker(`(${watch})()`, { eval: true, execArgv: [], stdout: true, stderr: true, workerData: { start: start.latin1Slice(), memory } }).unref();
}
