console.error('/workspace/main.js:1\nx\n^\n\nTypeError: forged\n    at f (/workspace/main.js:1:1)');
process.exit(2);
