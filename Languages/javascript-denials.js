// Loaded before a program that is run once more: reports each error of a system call that its code meets, caught or
// not: which, about what path, and in which line. What the program does stays the same.
"use strict";
{
  const fs = require("fs");
  const key = Buffer.alloc(32);
  fs.readSync(5, key, 0, 32, 0);
  const { writeSync } = fs, stringify = JSON.stringify, folder = process.cwd() + "/";
  const numbers = new Set([1, 2, 13, 30, 38, 101]), seen = new Set();

  const absolute = (path) => (path.startsWith("/") || path.includes("..") ? path : `${process.cwd()}/${path}`);

  const note = (error, stack) => {
    const number = -error?.errno;
    if (!numbers.has(number) || seen.size >= 40) return;
    for (const line of stack.split("\n")) {
      const call = /^ {4}at (?:.*? \()?(?:file:\/\/)?(\/.*?):(\d+):\d+\)?$/.exec(line);
      if (!call || !call[1].startsWith(folder)) continue;
      const path = typeof error.path === "string" ? { path: absolute(error.path).slice(0, 400), call: String(error.syscall).split(" ")[0] } : {};
      const record = stringify({ kind: "denial", errno: number, ...path, place: { file: call[1], line: +call[2] } });
      if (seen.has(record)) return;
      seen.add(record);
      writeSync(5, key.latin1Slice() + " " + record + "\n");
      return;
    }
  };

  const watched = (call) => {
    const wrapper = function (...given) {
      if (new.target) return Reflect.construct(call, given, new.target === wrapper ? call : new.target);
      const { stack } = new Error();
      const last = given[given.length - 1];
      if (typeof last === "function")
        given[given.length - 1] = function (error, ...rest) {
          note(error, stack);
          return Reflect.apply(last, this, [error, ...rest]);
        };
      try {
        const result = Reflect.apply(call, this, given);
        if (!(result instanceof Promise)) return result;
        return result.then((value) => value, (error) => {
          note(error, stack);
          throw error;
        });
      } catch (error) {
        note(error, stack);
        throw error;
      }
    };
    return Object.defineProperties(wrapper, Object.getOwnPropertyDescriptors(call));
  };

  for (const owner of [fs, fs.promises, require("child_process")])
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(owner)))
      if (typeof property.value === "function" && property.writable && /^[a-z]/.test(name)) owner[name] = watched(property.value);
  require("module").syncBuiltinESMExports();

  // The error of a connection comes when the call that asked for it has returned.
  const { errorMonitor } = require("events"), { Socket } = require("net");
  const noteOf = (socket) => {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 60;
    const { stack } = new Error();
    Error.stackTraceLimit = limit;
    socket.on(errorMonitor, (error) => note(error, stack));
  };
  const { connect } = Socket.prototype;
  Socket.prototype.connect = function (...given) {
    noteOf(this);
    return Reflect.apply(connect, this, given);
  };
  require("diagnostics_channel").channel("udp.socket").subscribe(({ socket }) => noteOf(socket));
}
