// Loaded by Node before a JavaScript program: reports how it failed. docs/languages.md explains the records.
"use strict";
{
  const { readSync, writeSync, ftruncateSync } = require("fs");
  // Told to nobody: the program must not know what its records have to start with.
  const start = Buffer.alloc(32);
  let length = -1;
  try {
    length = readSync(5, start, 0, 32, 0);
  } catch {
    // A program that the program starts, with its own arguments: it has another descriptor there, or none.
  }
  if (length < 0) return;
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

  // The error of a connection comes when the call that asked for it has returned, and its stack has nothing of the
  // program's: so it is noted where a socket was made. A listener of `errorMonitor` leaves the error as it is.
  const channels = require("diagnostics_channel"), { errorMonitor } = require("events");
  const captureStackTrace = Error.captureStackTrace;
  const whenMade = ({ socket }) => {
    const limit = Error.stackTraceLimit, place = {};
    Error.stackTraceLimit = 60;
    captureStackTrace(place, whenMade);
    Error.stackTraceLimit = limit;
    socket.on(errorMonitor, (error) => remember(error, place));
  };
  for (const name of ["net.client.socket", "udp.socket"]) channels.channel(name).subscribe(whenMade);

  // The language's own functions, as they were before the program could replace them.
  const { types, inspect } = require("util");
  const { apply, ownKeys } = Reflect;
  const { getOwnPropertyDescriptor, getPrototypeOf, hasOwn } = Object;
  const { isArray } = Array;
  const method = (owner, name) => {
    const { value, get } = getOwnPropertyDescriptor(owner, name) ?? {};
    const call = value ?? get;
    return call ? (self, ...rest) => apply(call, self, rest) : () => undefined;
  };
  const textOf = method(Function.prototype, "toString"), matches = method(RegExp.prototype, "exec");
  const eachOfMap = method(Map.prototype, "forEach"), eachOfSet = method(Set.prototype, "forEach");
  const sizeOfMap = method(Map.prototype, "size"), sizeOfSet = method(Set.prototype, "size");
  const lengthOf = method(getPrototypeOf(Uint8Array.prototype), "length");
  const timeOf = method(Date.prototype, "getTime"), dateOf = method(Date.prototype, "toISOString");
  const sourceOf = method(RegExp.prototype, "source");
  const flags = [["d", "hasIndices"], ["g", "global"], ["i", "ignoreCase"], ["m", "multiline"], ["s", "dotAll"],
    ["u", "unicode"], ["v", "unicodeSets"], ["y", "sticky"]].map(([flag, name]) => [flag, method(RegExp.prototype, name)]);
  const boxes = [Number, String, Boolean, BigInt, Symbol].map((type) =>
    [types[`is${type.name}Object`], type.name, method(type.prototype, "valueOf")]);
  const asked = new WeakMap(), setOf = method(WeakMap.prototype, "set"), getOf = method(WeakMap.prototype, "get");
  const remember = (error, place) => types.isNativeError(error) && setOf(asked, error, place);
  // A stack is written when it is asked for, by Node's own code, which takes 0.2 ms the first time: one of no calls is not.
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const stackGetter = getOwnPropertyDescriptor(new Error(), "stack")?.get;
  Error.stackTraceLimit = stackTraceLimit;

  // A property as data: of a getter's, and of all that a proxy has, nothing is known, for they are the program's code.
  const own = (object, key) => {
    if (types.isProxy(object)) return undefined;
    const property = getOwnPropertyDescriptor(object, key);
    if (!property) return undefined;
    if (hasOwn(property, "value")) return property.value;
    return key === "stack" && property.get === stackGetter && stackGetter ? apply(stackGetter, object, []) : undefined;
  };
  // What an object inherits, as data, by the first for which there is `found`.
  const inherited = (object, found) => {
    for (let i = 0; i < 100 && !types.isProxy(object); i++) {
      object = getPrototypeOf(object);
      if (object === null) return undefined;
      const result = found(object);
      if (result !== undefined) return result;
    }
    return undefined;
  };
  const nameOf = (call) => {
    const name = typeof call === "function" ? own(call, "name") : undefined;
    return typeof name === "string" && name !== "" ? name : undefined;
  };
  const classOf = (object) => inherited(object, (type) => nameOf(own(type, "constructor")));
  const errorName = (error) => {
    const name = own(error, "name") ?? classOf(error) ?? inherited(error, (type) => own(type, "name"));
    return typeof name === "string" ? name : "Error";
  };

  // A value as util.inspect() writes it, which would call getters (of Symbol.toStringTag, an error's, a class's name)
  // and Symbol.hasInstance: nothing of the program's runs here. Bounded in depth, length and number.
  const shown = (value) => {
    const above = [], references = [];
    let count = 0;
    const primitive = (value) => inspect(value, { maxStringLength: 100, breakLength: Infinity });
    const property = (object, key, depth) => {
      const found = getOwnPropertyDescriptor(object, key);
      if (hasOwn(found, "value")) return text(found.value, depth);
      return found.get ? found.set ? "[Getter/Setter]" : "[Getter]" : "[Setter]";
    };
    const add = (items, item) => void (items[items.length] = item);
    const more = (items, all, kept) => {
      if (all > kept) add(items, `... ${all - kept} more item${all - kept === 1 ? "" : "s"}`);
    };
    const elements = (items, object, length, depth) => {
      for (let i = 0, shown = 0; i < length; shown++) {
        if (shown === 8) return more(items, length, i);
        let empty = 0;
        while (i + empty < length && empty < 100_000 && !hasOwn(object, i + empty)) empty++;
        if (empty) add(items, `<${empty} empty item${empty === 1 ? "" : "s"}>`);
        else add(items, property(object, i, depth));
        i += empty || 1;
      }
    };
    // What stands in front, what is in it and between what, of all but plain properties.
    const special = (object, name, depth) => {
      const items = [];
      if (isArray(object) || types.isArgumentsObject(object)) {
        const length = own(object, "length");
        elements(items, object, length, depth);
        return { front: types.isArgumentsObject(object) ? "[Arguments] " : name === "Array" ? "" : `${name}(${length}) `, items, open: "[", close: "]", length };
      }
      if (types.isTypedArray(object)) {
        const length = lengthOf(object);
        for (let i = 0; i < length && i < 8; i++) add(items, primitive(object[i]));
        more(items, length, 8);
        return { front: `${name}(${length}) `, items, open: "[", close: "]", length: Infinity };
      }
      if (types.isMap(object)) {
        const size = sizeOfMap(object);
        eachOfMap(object, (value, key) => items.length < 8 && add(items, `${text(key, depth)} => ${text(value, depth)}`));
        more(items, size, 8);
        return { front: `${name}(${size}) `, items };
      }
      if (types.isSet(object)) {
        const size = sizeOfSet(object);
        eachOfSet(object, (value) => items.length < 8 && add(items, text(value, depth)));
        more(items, size, 8);
        return { front: `${name}(${size}) `, items };
      }
      if (typeof object === "function") {
        const own = nameOf(object);
        if (matches(/^class\b/, textOf(object))) {
          const base = nameOf(getPrototypeOf(object));
          return { whole: `[class ${own ?? "(anonymous)"}${base ? ` extends ${base}` : ""}]`, items };
        }
        return { whole: `[${name ?? "Function"}${own ? `: ${own}` : " (anonymous)"}]`, items };
      }
      if (types.isDate(object)) return { whole: timeOf(object) === timeOf(object) ? dateOf(object) : "Invalid Date", items };
      if (types.isRegExp(object)) {
        let whole = `/${sourceOf(object)}/`;
        for (let i = 0; i < flags.length; i++) if (flags[i][1](object)) whole += flags[i][0];
        return { whole, items };
      }
      for (let i = 0; i < boxes.length; i++)
        if (boxes[i][0](object)) {
          const value = boxes[i][2](object);
          return { whole: `[${boxes[i][1]}: ${primitive(value)}]`, items, length: typeof value === "string" ? value.length : 0 };
        }
      return { items };
    };
    const text = (value, depth) => {
      if (value === null || typeof value !== "object" && typeof value !== "function") return primitive(value);
      if (++count > 1000) return "...";
      if (types.isProxy(value)) return "<Proxy>";
      if (types.isNativeError(value)) {
        // Of an error its stack says little here.
        const message = own(value, "message");
        return `<${errorName(value)}: ${typeof message === "string" ? message.slice(0, 100) : ""}>`;
      }
      for (let i = 0; i < above.length; i++)
        if (above[i] === value) {
          let number = 0;
          while (number < references.length && references[number] !== value) number++;
          references[number] = value;
          return `[Circular *${number + 1}]`;
        }
      const name = classOf(value);
      const isWhole = typeof value === "function" || types.isDate(value) || types.isRegExp(value) || types.isBoxedPrimitive(value);
      if (depth > 2 && !isWhole) return isArray(value) ? "[Array]" : `[${name ?? "Object: null prototype"}]`;
      add(above, value);
      const { front, whole, items, open = "{", close = "}", length = 0 } = special(value, name ?? "Object", depth + 1);
      // Names of very many elements are as many texts.
      const keys = length > 1000 ? [] : ownKeys(value);
      for (let i = 0; i < keys.length && count <= 1000; i++) {
        const key = keys[i];
        if (length && typeof key === "string" && matches(/^\d+$/, key)) continue;
        const found = getOwnPropertyDescriptor(value, key);
        if (!found?.enumerable) continue;
        count++;
        const word = typeof key === "symbol" ? `[${primitive(key)}]` : matches(/^[a-zA-Z_][a-zA-Z_0-9]*$/, key) ? key : primitive(key);
        add(items, `${word}: ${depth > 2 ? "..." : property(value, key, depth + 1)}`);
      }
      above.length--;
      let result = "";
      for (let i = 0; i < items.length; i++) result += (i ? ", " : "") + items[i];
      if (whole !== undefined) result = items.length ? `{ ${whole} ${result} }` : whole;
      else {
        const tag = inherited(value, (type) => own(type, Symbol.toStringTag));
        const isTagged = typeof tag === "string" && tag !== "" && tag !== name;
        let start = front ?? (name === undefined ? "[Object: null prototype] " : name === "Object" && !isTagged ? "" : `${name} `);
        if (isTagged) start += `[${tag}] `;
        result = start + (items.length ? `${open} ${result} ${close}` : open + close);
      }
      for (let i = 0; i < references.length; i++) if (references[i] === value) return `<ref *${i + 1}> ${result}`;
      return result;
    };
    const result = text(value, 0);
    return result.length <= 160 ? result : result.slice(0, 100) + " [...] " + result.slice(-50);
  };

  // What javascript-values.js notes in a second run; taken before the program could put something there.
  const { report: noted, use } = globalThis.__assertion__ ?? {};
  use?.(shown);

  const describe = (error, room) => {
    if (!types.isNativeError(error)) return { name: "Uncaught", message: shown(error), frames: [] };
    const written = own(error, "stack");
    const stack = typeof written === "string" ? written : "";
    const record = { frames: framesOf(stack), cut: isCut(stack), values: {} };
    const made = getOf(asked, error);
    if (record.frames.length === 0 && made) Object.assign(record, { frames: framesOf(made.stack), cut: false });
    record.name = errorName(error);
    const message = own(error, "message");
    record.message = typeof message === "string" ? message.slice(0, 4000) : "";
    const number = own(error, "errno"), path = own(error, "path"), call = own(error, "syscall");
    if (Number.isInteger(number) && typeof path === "string") Object.assign(record, { errno: -number, path: path.slice(0, 4096), call: (typeof call === "string" ? call : "path").split(" ")[0].slice(0, 40) });
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
        if (hasOwn(error, key)) record.values[key] = shown(own(error, key));
    for (const [key, value] of Object.entries(Object.getOwnPropertyDescriptors(error)))
      if (hasOwn(value, "value") && value.enumerable && Object.keys(record.values).length < 8 && typeof value.value !== "object"
          && !["generatedMessage", "operator", "actual", "expected", "code", "name", "stack", "message", "errno", "syscall"].includes(key))
        record.values[key] = shown(value.value);
    if (noted && room === 12) record.values = noted(stack, record.frames, record.values);
    const cause = own(error, "cause");
    if (cause !== undefined && room > 0) record.cause = describe(cause, room - 1);
    const members = own(error, "errors");
    if (room > 0 && !types.isProxy(members) && isArray(members)) {
      record.members = [];
      for (let i = 0; i < members.length && i < 12; i++) record.members.push(describe(own(members, i), room - 4));
    }
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

  // Where this was started ahead, nothing is in there yet: at that place it waits until there is a program, and the
  // descriptors are that one's (docs/languages.md, "Started ahead").
  if (length === 0) {
    // What most programs load by what they print.
    require("net"), require("tty");
    try {
      process.kill(0x3ffffff0, 0);
    } catch {
      // Nobody is asked: then there is no program either.
    }
    readSync(5, start, 0, 32, 0);
  }
  ftruncateSync(5, 0);
}
