/**
 * Rewrites the Moddable SDK's binding of native code into the older syntax that npm's XS (13.3) knows:
 *
 * ```
 * f(a) { return native("xs_f").call(this, a); }     f(a) @ "xs_f"
 * class X extends Native("xs_d") {                  class X @ "xs_d" {
 * 	constructor(a) {                                  	constructor(a) @ "xs_c"
 * 		super();
 * 		native("xs_c").call(this, a);
 * 	}
 * ```
 *
 * It runs on a bundle, as the last step. Lines stay where they are, so the source map stays right. Anything but exactly
 * this pattern is an error; the SDK would say "cannot optimize native", and the call would cost eight times as much.
 *
 * @module
 */

import { type Node, parse } from "acorn";

/** Describes a place in the bundle (line from 1, column from 0) for a message. */
export type Locate = (line: number, column: number) => string;

/** Native code is bound in a way that XS does not know. The message starts with the place. */
export class NativeSyntaxError extends Error {
	override name = "NativeSyntaxError";
}

// biome-ignore lint/suspicious/noExplicitAny: nodes of every type are walked by the names of their children
type AnyNode = Node & Record<string, any>;

interface Edit {
	start: number;
	end: number;
	text: string;
}

interface Scope {
	/** How many functions are around the node. Natives are bound when the module is evaluated, so only 0 works. */
	depth: number;
	/** Set if the node is the constructor of this class, which extends Native(). */
	nativeClass?: AnyNode;
}

const functionTypes = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);

/** The string in `callee("string")`; undefined for any other node. */
function nativeName(node: AnyNode | null | undefined, callee: "native" | "Native"): string | undefined {
	if (node?.type !== "CallExpression" || node.callee.type !== "Identifier" || node.callee.name !== callee) return;
	const [name, ...more] = node.arguments;
	return more.length === 0 && typeof name?.value === "string" ? name.value : undefined;
}

function isBareSuper(statement: AnyNode | undefined): boolean {
	const call = statement?.type === "ExpressionStatement" ? statement.expression : undefined;
	return call?.type === "CallExpression" && call.callee.type === "Super" && call.arguments.length === 0;
}

/** Whether the argument passes the parameter on: `a` for `a`, `...a` for `...a`. */
function passesOn(parameter: AnyNode, argument: AnyNode): boolean {
	if (parameter.type === "RestElement" && argument.type === "SpreadElement")
		return passesOn(parameter.argument, argument.argument);
	return parameter.type === "Identifier" && argument.type === "Identifier" && parameter.name === argument.name;
}

/** The C name in `[return] native("name").call(this, …all parameters in order…)`; undefined for other statements. */
function nativeCall(statement: AnyNode | undefined, parameters: AnyNode[]): string | undefined {
	const call = statement?.type === "ReturnStatement" ? statement.argument : statement?.expression;
	const member = call?.type === "CallExpression" && !call.optional ? call.callee : undefined;
	if (member?.type !== "MemberExpression" || member.computed || member.property.name !== "call") return;
	const [receiver, ...passed] = call.arguments;
	if (receiver?.type !== "ThisExpression" || passed.length !== parameters.length) return;
	if (!parameters.every((parameter, i) => passesOn(parameter, passed[i]))) return;
	return nativeName(member.object, "native");
}

/** Whether there are fields, private methods and the like, which XS sets up only in constructors in JavaScript. */
function hasInstanceElements(classNode: AnyNode): boolean {
	return classNode.body.body.some(
		(element: AnyNode) =>
			!element.static && (element.type === "PropertyDefinition" || element.key?.type === "PrivateIdentifier"),
	);
}

class Rewriter {
	readonly #source: string;
	readonly #locate: Locate;
	readonly #edits: Edit[] = [];
	readonly #appended: string[] = [];
	#firstAwait = Number.POSITIVE_INFINITY;

	constructor(source: string, locate: Locate) {
		this.#source = source;
		this.#locate = locate;
	}

	run(): string {
		const program = parse(this.#source, { ecmaVersion: "latest", sourceType: "module", locations: true });
		this.#visit(program as AnyNode, { depth: 0 });
		return this.#apply();
	}

	#visit(node: AnyNode, scope: Scope): void {
		if (functionTypes.has(node.type)) this.#visitFunction(node, scope);
		else if (node.type === "ClassDeclaration" || node.type === "ClassExpression") this.#visitClass(node, scope);
		else {
			if (node.type === "CallExpression") this.#refuse(node);
			if (node.type === "AwaitExpression" && scope.depth === 0)
				this.#firstAwait = Math.min(this.#firstAwait, node.start);
			this.#visitChildren(node, scope);
		}
	}

	#visitChildren(node: AnyNode, scope: Scope): void {
		for (const child of Object.values(node).flat())
			if (typeof child?.type === "string") this.#visit(child, { depth: scope.depth });
	}

	#visitFunction(node: AnyNode, scope: Scope): void {
		const statements: AnyNode[] = node.body.type === "BlockStatement" ? [...node.body.body] : [];
		if (scope.nativeClass) this.#dropSuper(node, statements);
		const name = statements.length === 1 ? nativeCall(statements[0], node.params) : undefined;
		if (name === undefined || node.type === "ArrowFunctionExpression" || node.async || node.generator) {
			if (scope.nativeClass) this.#edit(node.body.body[0].start, node.body.body[0].end, "");
			this.#visitChildren(node, { depth: scope.depth + 1 });
			return;
		}
		this.#checkPlace(node, scope);
		if (scope.nativeClass && hasInstanceElements(scope.nativeClass)) {
			this.#callNative(node, name);
			return;
		}
		// XS reads the token after the string as if it were still inside the function, where `await` would be a name
		const end = node.type === "FunctionDeclaration" ? ";" : "";
		this.#edit(node.body.start, node.body.end, `@ ${JSON.stringify(name)}${end}`);
	}

	#visitClass(node: AnyNode, scope: Scope): void {
		const destructor = nativeName(node.superClass, "Native");
		if (destructor !== undefined) {
			this.#checkPlace(node, scope);
			const start = node.id ? node.id.end : node.start + "class".length;
			this.#edit(start, node.superClass.end, ` @ ${JSON.stringify(destructor)}`);
		} else if (node.superClass) this.#visit(node.superClass, scope);
		for (const element of node.body.body as AnyNode[]) {
			const isConstructor = element.type === "MethodDefinition" && element.kind === "constructor";
			if (destructor !== undefined && isConstructor)
				this.#visit(element.value, { depth: scope.depth, nativeClass: node });
			else this.#visitChildren(element, scope);
		}
	}

	/** In the older syntax the class has no superclass, so its constructor must not call super(). */
	#dropSuper(node: AnyNode, statements: AnyNode[]): void {
		if (!isBareSuper(statements.shift()))
			this.#fail(node, "the constructor of a class that extends Native() must begin with `super();`");
	}

	/** A native constructor would skip the fields, so one in JavaScript sets them up and calls the native. */
	#callNative(node: AnyNode, name: string): void {
		const helper = `__native_constructor_${this.#appended.length}`;
		const parameters = node.params.map((parameter: AnyNode) => this.#source.slice(parameter.start, parameter.end));
		this.#appended.push(`function ${helper}(${parameters.join(", ")}) @ ${JSON.stringify(name)};\n`);
		const call = `${helper}.call(${["this", ...parameters].join(", ")});`;
		this.#edit(node.body.start, node.body.end, `{ ${call} }`);
	}

	#checkPlace(node: AnyNode, scope: Scope): void {
		if (scope.depth > 0) this.#fail(node, "native code can only be bound at the top level of a module");
		if (node.type !== "FunctionDeclaration" && node.start > this.#firstAwait)
			this.#fail(node, "native code cannot be bound after a top-level await");
	}

	/** Refuses calls of native() and Native() that match no pattern. */
	#refuse(node: AnyNode): void {
		const callee = node.callee.name;
		if (callee === "native")
			this.#fail(
				node,
				'native() must be the whole body of a function: `return native("xs_f").call(this, …);` with all ' +
					"parameters in order, none with a default",
			);
		if (callee === "Native") this.#fail(node, 'Native() can only be used as `class X extends Native("xs_d")`');
	}

	#fail(node: AnyNode, message: string): never {
		const { line, column } = node.loc?.start ?? { line: 0, column: 0 };
		throw new NativeSyntaxError(`${this.#locate(line, column)}: ${message}`);
	}

	#edit(start: number, end: number, text: string): void {
		const lines = this.#source.slice(start, end).split("\n").length - 1;
		this.#edits.push({ start, end, text: text + "\n".repeat(lines) });
	}

	#apply(): string {
		let result = "";
		let position = 0;
		for (const edit of this.#edits.sort((a, b) => a.start - b.start)) {
			result += this.#source.slice(position, edit.start) + edit.text;
			position = edit.end;
		}
		return [result + this.#source.slice(position), ...this.#appended].join("\n");
	}
}

/**
 * Rewrites a bundle into the older syntax.
 *
 * @param locate says where a line of the bundle comes from; by default it names the line itself
 * @throws NativeSyntaxError for a use of `native` or `Native` that XS 13.3 has no syntax for
 */
export function rewriteNatives(source: string, locate: Locate = (line) => `line ${line}`): string {
	return new Rewriter(source, locate).run();
}
