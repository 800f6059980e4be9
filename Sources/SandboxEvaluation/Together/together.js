// Runs a program that its tests follow in the same file, and writes the judge's mark once the tests have come to
// their end. What tests compare with is made unchangeable before any of the program's code runs. The judge writes a
// line above this: `const { name, entry, program, line, waits } = ...`; `program` is what stands before the tests.
{
  const { closeSync, openSync, readFileSync, writeSync } = require("fs");
  const mark = "\n" + readFileSync(0, "latin1");
  closeSync(0);
  openSync("/dev/null");

  const { defineProperty, getOwnPropertyDescriptor: descriptorOf, getPrototypeOf, freeze } = Object;
  const { ownKeys, apply } = Reflect;
  const { captureStackTrace } = Error;
  const { setImmediate } = globalThis;

  const assert = require("assert");
  console.assert = (condition, ...words) => {
    if (condition) return;
    const error = new Error("Assertion failed" + (words.length ? ": " + words.join(" ") : ""));
    captureStackTrace(error, console.assert);
    throw error;
  };

  // Where programs assign to what their objects inherit, which they could not if it was only read, a setter does it.
  const settable = (object, key, value, enumerable) =>
    defineProperty(object, key, {
      enumerable, configurable: false, get: () => value,
      set(own) {
        if (this !== object) defineProperty(this, key, { value: own, writable: true, enumerable: true, configurable: true });
      },
    });
  const lock = (object, key) => {
    const found = descriptorOf(object, key);
    if (!found?.configurable) return;
    if (!("value" in found)) defineProperty(object, key, { configurable: false });
    else if (["toString", "toLocaleString", "valueOf"].includes(key) || object === Object.prototype)
      settable(object, key, found.value, found.enumerable);
    else defineProperty(object, key, { writable: false, configurable: false });
  };
  // V8 is slow once these are not as it made them: so they stay, and are looked at when the tests are done.
  const left = new Set([Symbol.iterator, Symbol.species, "then", "resolve", "next"]);
  // These are for programs to assign, or cannot be.
  const free = new Set(["constructor", "prototype", "name", "length"]);
  const classes = [
    Object, Array, String, Number, Boolean, BigInt, Symbol, Map, Set, WeakMap, WeakSet, Date, RegExp, Promise,
    getPrototypeOf(Int8Array),
  ];
  const watched = [];
  const watch = (object, key) => void watched.push({ object, key, value: descriptorOf(object, key)?.value });
  const keep = (object) => {
    for (const key of ownKeys(object))
      if (left.has(key) || object === RegExp.prototype) watch(object, key);
      else if (!free.has(key)) lock(object, key);
  };
  for (const own of classes) {
    const { prototype } = own;
    if (own !== RegExp) keep(own);
    keep(prototype);
    // What nobody has, and would change how values are written and compared.
    for (const key of ["toJSON", Symbol.toPrimitive])
      if (own !== BigInt && own !== RegExp && !Object.hasOwn(prototype, key)) settable(prototype, key, undefined, false);
  }
  for (const items of [[], "", new Map(), new Set()]) watch(getPrototypeOf(items[Symbol.iterator]()), "next");
  for (const key of ["apply", "bind", "call"]) lock(Function.prototype, key);
  const Module = require("module");
  for (const key of ["_load", "_resolveFilename", "_cache"]) lock(Module, key);
  lock(Module.prototype, "require");
  // What stands in the cache comes before what is built in.
  for (const key of Module.builtinModules) defineProperty(Module._cache, key, { value: undefined });
  for (const tool of [assert, assert.strict, require("util"), JSON, Math, Reflect]) freeze(tool);
  defineProperty(console, "assert", { writable: false, configurable: false });
  const globals = {};
  for (const key of [
    ...classes.map((own) => own.name), "Error", "TypeError", "RangeError", "JSON", "Math", "Reflect", "console", "process",
    "parseInt", "parseFloat", "isNaN", "isFinite", "structuredClone",
  ]) {
    if (!(key in globalThis)) continue;
    globals[key] = globalThis[key];
    defineProperty(globalThis, key, { value: globals[key], writable: false, configurable: false });
  }

  // Nobody but this hears first of errors that nobody caught, whoever listens too.
  let hasFailed = false;
  const events = process._events;
  const hear = (event, first) => {
    const others = process.rawListeners(event);
    defineProperty(events, event, {
      enumerable: true, writable: false, configurable: false,
      value: (...words) => {
        first(...words);
        for (const other of others) apply(other, process, words);
      },
    });
  };
  hear("uncaughtExceptionMonitor", () => void (hasFailed = true));
  hear("unhandledRejection", (reason) => {
    hasFailed = true;
    throw reason;
  });
  defineProperty(process, "_events", { value: events, writable: false, configurable: false });
  defineProperty(process, "emit", { value: process.emit, writable: false, configurable: false });

  // Promises that the tests made, and that nothing has come of: an answer that never comes is none.
  const open = new Set();
  const isOfTests = () => {
    const prepare = descriptorOf(Error, "prepareStackTrace"), limit = descriptorOf(Error, "stackTraceLimit");
    if (prepare?.configurable === false || limit?.configurable === false) return true;
    defineProperty(Error, "prepareStackTrace", { value: undefined, writable: true, configurable: true });
    defineProperty(Error, "stackTraceLimit", { value: 40, writable: true, configurable: true });
    const found = {};
    captureStackTrace(found, isOfTests);
    const frames = found.stack.split("\n").slice(1)
      .filter((frame) => !frame.includes("(node:") && !frame.includes("at node:") && !frame.includes(__filename));
    if (prepare) defineProperty(Error, "prepareStackTrace", prepare);
    else delete Error.prepareStackTrace;
    if (limit) defineProperty(Error, "stackTraceLimit", limit);
    else delete Error.stackTraceLimit;
    // Of what `then` makes, who called it counts.
    const frame = frames[frames[0]?.startsWith("    at Promise.") ? 1 : 0] ?? "";
    const place = frame.lastIndexOf("/" + entry + ":");
    return place >= 0 && parseInt(frame.slice(place + entry.length + 2)) >= line;
  };
  const hook = !waits ? undefined : require("async_hooks").createHook({
    init: (id, type) => void (type === "PROMISE" && isOfTests() && open.add(id)),
    promiseResolve: (id) => void open.delete(id),
  });

  // Not the program's, which asks its `module`.
  const requireOfTests = Module.createRequire(require("path").resolve(entry));

  // Called in front of the tests, first with what these names are in the program; then it gives what they are to tests.
  let names;
  defineProperty(globalThis, name, {
    value: freeze((own) => {
      if (!own) return names;
      for (const key of ownKeys(own))
        if (key !== "require" && own[key] !== globals[key])
          throw new Error(`the program has a ${key} of its own, a name that its tests use for JavaScript's`);
      names = freeze({ ...globals, require: requireOfTests });
      hook?.enable();
    }),
  });

  const once = process.once.bind(process);
  const { getActiveResourcesInfo } = process;
  // What a process has that waits for nothing.
  const own = ["PipeWrap", "TTYWrap", "FSReqCallback", "Immediate"];
  const end = () =>
    setImmediate(() => {
      if (hasFailed || open.size) return;
      // The event that there is nothing left to do can be told by anyone.
      const left = getActiveResourcesInfo?.().filter((kind) => !own.includes(kind)) ?? [];
      if (left.length) once("beforeExit", end);
      else writeSync(1, mark);
    });
  const wait = () => {
    // Not with an iterator, which may be what was changed.
    for (let index = 0; index < watched.length; index++) {
      const { object, key, value } = watched[index];
      if (descriptorOf(object, key)?.value !== value)
        throw new Error(`the program has changed ${String(key)} of JavaScript's own, which its tests may use`);
    }
    once("beforeExit", end);
  };
  if (entry.endsWith(".mjs")) import("./" + entry).then(wait);
  else {
    // A `return` outside of functions, or a half of a statement, would leave its tests out. As a script it is an error.
    new (require("vm").Script)(program, { filename: require("path").resolve(entry) });
    require("./" + entry);
    wait();
  }
}
