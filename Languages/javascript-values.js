// Loaded by Node before a JavaScript program that is run once more because of an error that nobody caught: notes
// what an assertion compared, and the variables where an error was thrown. What the program does stays the same.
// Node's own parser (--expose-internals) tells the operands, its inspector the variables.
"use strict";
{
  const Module = require("module");
  const { Session } = require("inspector");
  const workspace = process.cwd() + "/";
  const name = "__assertion__";
  const isOwn = (file) => file.startsWith(workspace);
  let shown = () => "";

  // What assertions compared: of each call of one its place and the latest values.
  const sites = [];
  const note = (site, place, value) => {
    site = sites[site];
    // As it was then, and bounded: what happens to it later is another matter.
    if (Object.keys(site.values).length < 12) site.values[site.texts[place]] = shown(value);
    return value;
  };
  note.begin = (site) => void (sites[site].values = {});

  const isPlain = (node) =>
    node.type === "Literal" || node.type === "TemplateLiteral" && !node.expressions.length
    || node.type === "UnaryExpression" && node.operator !== "!" && isPlain(node.argument)
    || node.type === "ArrayExpression" && node.elements.every((item) => item && isPlain(item))
    || node.type === "Identifier" && ["undefined", "NaN", "Infinity"].includes(node.name);
  const isAssertion = ({ callee }) => {
    if (callee.type === "Identifier") return /^assert/i.test(callee.name);
    return callee.type === "MemberExpression" && !callee.computed
      && (/^assert/.test(callee.property.name) || callee.object.type === "Identifier" && callee.object.name === "assert");
  };
  // What stands behind a condition is the message.
  const operandsOf = ({ callee, arguments: all }) =>
    /^(assert|ok)$/.test((callee.property ?? callee).name) ? all.slice(0, 1) : all;
  const children = (node) =>
    Object.values(node).flat().filter((child) => child && typeof child.type === "string");

  const instrumented = (text, file, parse) => {
    const tree = parse(text, {
      ecmaVersion: "latest", sourceType: "script", allowReturnOutsideFunction: true, allowHashBang: true, locations: true,
    });
    const inserted = [];
    const put = (at, what, order) => inserted.push({ at, what, order });
    let count = 0;
    // Calls anywhere in an operand, for `f(2)` in `Math.abs(f(2) - 3) < 1` says most.
    const calls = (node, note) => {
      if (/Function|Class|Template/.test(node.type)) return;
      if (node.type === "CallExpression") note(node);
      // What stands before a call's parenthesis must stay what it is, for `this`.
      const inner = node.type === "CallExpression" ? node.arguments : node.type === "ChainExpression" ? [] : children(node);
      for (const child of inner) calls(child, note);
    };
    const operand = (node, note) => {
      if (isPlain(node) || node.type === "SpreadElement" || /Function|Class/.test(node.type)) return;
      if (node.type === "LogicalExpression" || node.type === "BinaryExpression" && /^([=!]==?|[<>]=?|in|instanceof)$/.test(node.operator)) {
        if (node.left.type !== "PrivateIdentifier") operand(node.left, note);
        return operand(node.right, note);
      }
      if (node.type === "UnaryExpression" && node.operator === "!") return operand(node.argument, note);
      if (node.type !== "CallExpression") note(node);
      calls(node, note);
    };
    const walk = (node) => {
      if (node.type === "CallExpression" && node.arguments.length && isAssertion(node)) {
        const number = sites.length, texts = [];
        const note = (node) => {
          put(node.start, `${name}(${number},${texts.length},`, count++);
          put(node.end, ")", -count);
          texts.push(text.slice(node.start, node.end).replace(/\s+/g, " ").slice(0, 200));
        };
        const first = node.arguments[0];
        if (first.type !== "SpreadElement") {
          put(first.start, `(${name}.begin(${number}),`, count++);
          put(first.end, ")", -count);
          for (const argument of operandsOf(node)) operand(argument, note);
          sites.push({ file, first: node.loc.start.line, last: node.loc.end.line, texts, values: {} });
          return;
        }
      }
      for (const child of children(node)) walk(child);
    };
    walk(tree);
    // At one place what ends comes before what begins, the inner end before the outer one.
    inserted.sort((a, b) => a.at - b.at || a.order - b.order);
    let result = "", from = 0;
    for (const { at, what } of inserted) {
      result += text.slice(from, at) + what;
      from = at;
    }
    return result + text.slice(from);
  };

  try {
    const { parse } = require("internal/deps/acorn/acorn/dist/acorn");
    const compile = Module.prototype._compile;
    Module.prototype._compile = function (text, file, ...rest) {
      try {
        if (isOwn(file)) text = instrumented(text, file, parse);
      } catch {
        // Node says what is wrong with it.
      }
      return compile.call(this, text, file, ...rest);
    };
  } catch {
    // A Node without this parser there.
  }
  Object.defineProperty(globalThis, name, { value: note });

  // The variables of the innermost call of the program at each throw, by the error's text with its stack.
  const variables = new Map();
  const session = new Session();
  session.connect();
  const files = new Map();
  const ask = (method, parameters) => {
    let answer;
    session.post(method, parameters, (error, result) => (answer = result));
    return answer;
  };
  let taken;
  note.take = (value) => void (taken = value);
  const valueOf = ({ objectId, type, value, unserializableValue }) => {
    if (unserializableValue !== undefined) return unserializableValue;
    if (objectId === undefined) return shown(value);
    taken = undefined;
    ask("Runtime.callFunctionOn", { objectId, functionDeclaration: `function () { "use strict"; ${name}.take(this); }` });
    return type === "symbol" ? "<symbol>" : shown(taken);
  };
  const hidden = ["exports", "require", "module", "__filename", "__dirname", "this", "arguments"];
  // The lines of a file, for what variables are: not told are what was required, such as `fs`, and what the line that
  // failed was about to define.
  const texts = new Map();
  const linesOf = (file) => {
    if (!texts.has(file)) {
      let text = "";
      try {
        text = require("fs").readFileSync(file, "utf8");
      } catch {
        // Then nothing is known of them.
      }
      texts.set(file, text.split("\n"));
    }
    return texts.get(file);
  };
  const isDefinedBy = (line, name) =>
    new RegExp(`\\b(const|let|var)\\b[^=;]*(?<![\\w$])${name.replace(/\$/g, "\\$&")}(?![\\w$])`).test(line);
  const isNoise = (name, { type, objectId }, lines, line) =>
    type === "undefined" && isDefinedBy(lines[line] ?? "", name)
    || objectId !== undefined && lines.some((text) => /\brequire\s*\(/.test(text) && isDefinedBy(text, name));
  const localsOf = ({ scopeChain, location }) => {
    const found = {};
    const lines = linesOf(files.get(location.scriptId));
    for (const { type, object } of scopeChain) {
      if (!["local", "block", "catch", "module"].includes(type)) continue;
      for (const { name, value } of ask("Runtime.getProperties", { objectId: object.objectId, ownProperties: true }).result) {
        const isVariable = value && !(name in found) && !hidden.includes(name) && value.type !== "function";
        if (isVariable && Object.keys(found).length < 12 && !isNoise(name, value, lines, location.lineNumber)) found[name] = valueOf(value);
      }
      if (type === "local") break;
    }
    return found;
  };
  session.on("Debugger.scriptParsed", ({ params }) => files.set(params.scriptId, params.url.replace(/^file:\/\//, "")));
  session.on("Debugger.paused", ({ params: { data, callFrames } }) => {
    // Thrown again it is the same error, and was somewhere else first.
    if (data?.subtype !== "error" || variables.has(data.description)) return;
    const frame = callFrames.find(({ location }) => isOwn(files.get(location.scriptId) ?? ""));
    if (!frame) return;
    variables.set(data.description, localsOf(frame));
    if (variables.size === 200) ask("Debugger.setPauseOnExceptions", { state: "uncaught" });
    if (variables.size > 400) variables.delete(variables.keys().next().value);
  });
  ask("Debugger.enable");
  ask("Debugger.setPauseOnExceptions", { state: "all" });

  // For javascript-driver.js, which takes it before the program is there.
  note.report = (stack, frames, values) => {
    const site = [...frames].reverse().flatMap(({ file, line }) =>
      sites.filter((site) => site.file === file && site.first <= line && line <= site.last
        && Object.keys(site.values).length))[0];
    if (site && !("actual" in values)) return { ...site.values };
    return { ...variables.get(stack), ...values };
  };
  note.use = (show) => void (shown = show);
  require("./javascript-driver.js");
}
