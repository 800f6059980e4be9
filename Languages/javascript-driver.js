// Loaded by Node before a JavaScript program: reports how it failed. docs/languages.md explains the records.
"use strict";
{
  const { readSync, writeSync, ftruncateSync } = require("fs");
  // Told to nobody: the program must not know what its records have to start with.
  const start = Buffer.alloc(32);
  readSync(5, start, 0, 32, 0);
  ftruncateSync(5, 0);
  const stringify = JSON.stringify;
  let isReported = false;

  const report = (record) => {
    if (isReported) return;
    isReported = true;
    writeSync(5, start.latin1Slice() + " " + stringify(record) + "\n");
  };

  // `at f (/workspace/main.js:3:9)` or `at /workspace/main.js:3:9`, outermost last.
  const framesOf = (stack) => {
    const frames = [];
    for (const line of stack.split("\n")) {
      const call = /^ {4}at (?:(.*?) \()?(.*?):(\d+):(\d+)\)?$/.exec(line);
      if (!call || call[2].startsWith("node:") || call[2].startsWith(__dirname + "/")) continue;
      const frame = { function: call[1], file: call[2].replace(/^async /, ""), line: +call[3], utf16: +call[4] };
      frames.push(frame);
      if (frames.length === 60) break;
    }
    return frames.reverse();
  };
  // V8 tells of so many calls only.
  const isCut = (stack) => stack.split("\n    at ").length > 10;

  // Own data properties only: neither getters nor proxies nor inspect methods of the program's are called.
  const shown = (value) => {
    // Of an error its stack says little here.
    if (require("util").types.isNativeError(value))
      return `<${own(Object.getPrototypeOf(value) ?? {}, "name") ?? "Error"}: ${String(own(value, "message") ?? "").slice(0, 100)}>`;
    const text = require("util").inspect(value, {
      depth: 2, maxArrayLength: 8, maxStringLength: 100, customInspect: false, showProxy: true, getters: false,
      breakLength: Infinity, compact: true,
    });
    return text.length <= 160 ? text : text.slice(0, 100) + " [...] " + text.slice(-50);
  };

  // What javascript-values.js notes in a second run; taken before the program could put something there.
  const { report: noted, use } = globalThis.__assertion__ ?? {};
  use?.(shown);

  const own = (object, key) => {
    const property = Object.getOwnPropertyDescriptor(object, key);
    return property && "value" in property ? property.value : undefined;
  };

  const describe = (error, room) => {
    if (!require("util").types.isNativeError(error)) return { name: "Uncaught", message: shown(error), frames: [] };
    const stack = typeof error.stack === "string" ? error.stack : "";
    const record = { frames: framesOf(stack), cut: isCut(stack), values: {} };
    const named = own(error, "name") ?? error.constructor?.name ?? Object.getPrototypeOf(error)?.name;
    record.name = typeof named === "string" ? named : "Error";
    const message = own(error, "message");
    record.message = typeof message === "string" ? message.slice(0, 4000) : "";
    const number = own(error, "errno"), path = own(error, "path");
    if (Number.isInteger(number) && typeof path === "string") Object.assign(record, { errno: -number, path: path.slice(0, 4096), call: String(own(error, "syscall") ?? "path").split(" ")[0].slice(0, 40) });
    else if ([-1, -38, -101].includes(number)) record.errno = -number;
    // A file that does not parse: `file:line`, the line and a caret stand before the stack.
    const place = /^(\/.*?|file:\/\/.*?):(\d+)\n.*\n( *)(\^*)\n/.exec(stack);
    // Where the file ends too soon there is no caret.
    if (place)
      record.place = { file: place[1], line: +place[2], ...(place[4] && { utf16: place[3].length + 1 }) };
    // `assert(a === b)` compares its own argument with true, which says nothing of a and b.
    const isBare = own(error, "operator") === "==" && own(error, "expected") === true;
    if (own(error, "code") === "ERR_ASSERTION" && !isBare)
      for (const key of ["actual", "expected"])
        if (Object.hasOwn(error, key)) record.values[key] = shown(own(error, key));
    for (const [key, value] of Object.entries(Object.getOwnPropertyDescriptors(error)))
      if ("value" in value && value.enumerable && Object.keys(record.values).length < 8 && typeof value.value !== "object"
          && !["generatedMessage", "operator", "actual", "expected", "code", "name", "stack", "message", "errno", "syscall"].includes(key))
        record.values[key] = shown(value.value);
    if (noted && room === 12) record.values = noted(error, record.frames, record.values);
    const cause = own(error, "cause");
    if (cause !== undefined && room > 0) record.cause = describe(cause, room - 1);
    const members = own(error, "errors");
    if (Array.isArray(members) && room > 0)
      record.members = members.slice(0, 12).map((member) => describe(member, room - 4));
    return record;
  };

  process.on("uncaughtExceptionMonitor", (error) => {
    try {
      report({ kind: "exception", ...describe(error, 12) });
    } catch {
      // The program's own words have to be enough.
    }
  });
  process.on("exit", (code) => {
    if (code === 0 || isReported) return;
    try {
      Error.stackTraceLimit = 60;
      report({ kind: "exit", status: code, frames: framesOf(new Error().stack) });
    } catch {
      // As above.
    }
  });
}
