/**
 * How tools/native-syntax.ts rewrites native bindings, pattern by pattern. Runs in Node.
 */
// needs: node

import { test } from "uvu";
import * as assert from "uvu/assert";
import { NativeSyntaxError, rewriteNatives } from "../tools/native-syntax.ts";

/** Rewrites, and ignores line breaks. */
const rewrite = (source: string) => rewriteNatives(source).replaceAll(/\s+/g, " ").trim();

const refuses = (source: string, message: RegExp) => {
	assert.throws(
		() => rewriteNatives(source),
		(error: Error) => error instanceof NativeSyntaxError && message.test(error.message),
		source,
	);
};

test("functions: with and without return, with any parameters", () => {
	assert.is(rewrite('function f() { return native("xs_f").call(this); }'), 'function f() @ "xs_f";');
	assert.is(rewrite('function f(a, b) { native("xs_f").call(this, a, b); }'), 'function f(a, b) @ "xs_f";');
	assert.is(rewrite('function f(...a) { native("xs_f").call(this, ...a); }'), 'function f(...a) @ "xs_f";');
	assert.is(rewrite('var f = function(a) { return native("xs_f").call(this, a); };'), 'var f = function(a) @ "xs_f";');
	assert.is(rewrite('var o = { f(a) { native("xs_f").call(this, a); }, g: 1 }'), 'var o = { f(a) @ "xs_f", g: 1 }');
});

test("methods: getters, setters, statics, private ones, computed names", () => {
	const body = 'native("xs_f").call(this)';
	assert.is(rewrite(`class X { f() { ${body}; } }`), 'class X { f() @ "xs_f" }');
	assert.is(rewrite(`class X { get f() { return ${body}; } }`), 'class X { get f() @ "xs_f" }');
	assert.is(rewrite(`class X { static f() { return ${body}; } }`), 'class X { static f() @ "xs_f" }');
	assert.is(rewrite(`class X { #f() { return ${body}; } }`), 'class X { #f() @ "xs_f" }');
	assert.is(rewrite(`class X { ["f" + 1]() { return ${body}; } }`), 'class X { ["f" + 1]() @ "xs_f" }');
	assert.is(rewrite('class X { set f(a) { native("xs_f").call(this, a); } }'), 'class X { set f(a) @ "xs_f" }');
});

test("classes: destructor and constructor", () => {
	const declared = 'constructor(a, b) { super(); native("xs_c").call(this, a, b); }';
	assert.is(
		rewrite(`class X extends Native("xs_d") { ${declared} f() {} }`),
		'class X @ "xs_d" { constructor(a, b) @ "xs_c" f() {} }',
	);
	assert.is(
		rewrite(`var X = class extends Native("xs_d") { ${declared} };`),
		'var X = class @ "xs_d" { constructor(a, b) @ "xs_c" };',
	);
	assert.is(
		rewrite(`var X = class _X extends Native("xs_d") { static y = _X; };`),
		'var X = class _X @ "xs_d" { static y = _X; };',
	);
	assert.is(
		rewrite('class X { constructor(a) { native("xs_c").call(this, a); } }'),
		'class X { constructor(a) @ "xs_c" }',
	);
});

test("classes: a JavaScript constructor loses super(), and nothing else", () => {
	assert.is(
		rewrite('class X extends Native("xs_d") { constructor(a) { super(); this.a = a; } }'),
		'class X @ "xs_d" { constructor(a) { this.a = a; } }',
	);
	assert.is(
		rewrite('class X extends Native("xs_d") { constructor() { super(); } }'),
		'class X @ "xs_d" { constructor() { } }',
	);
});

test("classes: with fields, a JavaScript constructor calls the native", () => {
	for (const element of ["#a = 1;", "a;", "#f() {}", "get #a() {}"])
		assert.is(
			rewrite(
				`class X extends Native("xs_d") { ${element} constructor(b) { super(); native("xs_c").call(this, b); } }`,
			),
			`class X @ "xs_d" { ${element} constructor(b) { __native_constructor_0.call(this, b); } } ` +
				'function __native_constructor_0(b) @ "xs_c";',
		);
	assert.match(
		rewrite('class X extends Native("d") { static a = 1; constructor() { super(); native("c").call(this); } }'),
		/constructor\(\) @ "c"/,
	);
});

test("other code stays as it is, and every line keeps its place", () => {
	const plain =
		'class A extends B { constructor() { super(); } }\nconst s = "native(x)"; // native("xs_f")\nawait s;\n';
	assert.is(rewriteNatives(plain), plain);
	const source = 'a();\nfunction f(\n\tb,\n) {\n\treturn native("xs_f").call(\n\t\tthis,\n\t\tb,\n\t);\n}\nlast();\n';
	const lines = rewriteNatives(source).split("\n");
	assert.is(lines[9], "last();");
	assert.is(lines.length, source.split("\n").length);
});

test("anything off the pattern is refused, with its place", () => {
	const whole = /^line 2: native\(\) must be the whole body/;
	for (const body of [
		'native("xs_f").call(undefined, a);',
		'native("xs_f").call(this);',
		'native("xs_f").call(this, a, a);',
		'native("xs_f").call(this, a + 1);',
		'native("xs_f").apply(this, a);',
		'native("xs_f")(a);',
		'let b = 1; native("xs_f").call(this, a);',
		'return 1 + native("xs_f").call(this, a);',
		"native(name).call(this, a);",
		'native("xs_f", 2).call(this, a);',
	])
		refuses(`function f(a) {\n${body} }`, whole);
	refuses('function f(a, b) {\nnative("xs_f").call(this, b, a); }', whole);
	refuses('function f(a = 1) {\nnative("xs_f").call(this, a); }', whole);
	refuses('function f({ a }) {\nnative("xs_f").call(this, a); }', whole);
	refuses('async function f() {\nnative("xs_f").call(this); }', whole);
	refuses('function* f() {\nnative("xs_f").call(this); }', whole);
	refuses('const f = () =>\nnative("xs_f").call(this);', whole);
	refuses('class X extends Y { constructor() { super();\nnative("xs_f").call(this); } }', whole);
	refuses('class X extends Native("d") { constructor(a) { super(); this.a = a;\nnative("c").call(this, a); } }', whole);
});

test("Native() is refused anywhere but after extends", () => {
	refuses('const X = Native("xs_d");', /only be used as `class X extends/);
	refuses("class X extends Native(name) {}", /only be used as/);
	refuses('class X extends Native("d") { constructor(a) { this.a = a; super(); } }', /begin with `super\(\);`/);
	refuses('class X extends Native("d") { constructor(a) { super(a); } }', /begin with `super\(\);`/);
});

test("natives that XS can't bind are refused: inside functions, after a top-level await", () => {
	refuses('function g() { return class extends Native("d") {}; }', /top level/);
	refuses('function g() { function f() { native("f").call(this); } }', /top level/);
	refuses('await 1;\nclass X extends Native("d") {}', /line 2: .* after a top-level await/);
	assert.is(rewrite('await 1; function f() { native("f").call(this); }'), 'await 1; function f() @ "f";');
});

test("the place comes from the caller, who knows the sources", () => {
	assert.throws(
		() => rewriteNatives('\nf(native("x"));', (line, column) => `source.ts:${line * 10}:${column}`),
		/^source.ts:20:2: native\(\)/,
	);
});

test.run();
