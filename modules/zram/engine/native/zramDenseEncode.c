/*
 * The dense encoder: how a page is split into literals and copies, and which codes these get. zramDense.h is the
 * contract, DESIGN.md the specification.
 *
 * It parses the page twice, each time along the cheapest path through windows of it: first with prices guessed from how
 * often each byte occurs, then with the prices of the codes that the first parse led to.
 *
 * Invariants:
 *  1. Paths only lead forward, and reach every node: a literal leads to the next one.
 *  2. Copies within a window end in it, and are shorter than kNice. A longer one ends the window where the copy begins.
 *  3. Each token is a copy of at least kCopyMin bytes, so `tokens` has room for all of a page's.
 *  4. The writer is compared with the capacity after each symbol, which takes at most 39 bits, and after each code
 *     length.
 */

#include "zramDense.h"

#include "zramDenseBlock.h"
#include "zramPack.h"

#include <string.h>

enum {
	kPageMax = 4096,
	kHashBits = 11,
	kNone = 0xFFFF, /* no position */
	kWindow = 768,
	kNice = 32,      /* a copy of this length is taken without looking further */
	kSteps = 16384,  /* candidates that a parse may look at */
	kFirstDepth = 2, /* ... and how many of them at each position, in the first parse */
	kSecondDepth = 8,
	kAbsent = 12 /* price of a symbol that has no code yet */
};

/* The cheapest path to a position of the window, by its last literal or copy. */
typedef struct {
	uint16_t price;    /* bits from the window's start; after turnAround(), the next node on the path that was chosen */
	uint16_t repeat;   /* distance of the last copy on the path */
	uint16_t distance; /* of the copy that leads here, if `length` is more than 1 */
	uint16_t length;   /* of that copy; 1 for a literal */
} Node;

/* What Huffman's algorithm needs for one code. */
typedef struct {
	uint32_t leaves[kFirstSymbols];      /* weight times 2^9, plus the symbol; sorted */
	uint16_t weights[kFirstSymbols];     /* of inner nodes, in the order they are made */
	uint16_t parents[2 * kFirstSymbols]; /* of leaves, then of inner nodes; in the end, their depths */
} Tree;

/* The workspace. */
typedef struct {
	const uint8_t *page;
	uint32_t length;
	uint32_t steps; /* candidates that the parse may still look at */
	uint32_t tokenCount;
	uint16_t before[kPageMax]; /* the last earlier position whose three bytes have the same hash */
	/*
	 * A token is a copy and the literals before it: their number, the copy's length less kCopyMin, its distance.
	 */
	uint32_t tokens[kPageMax / kCopyMin + 1];
	uint16_t counts[kSymbols];
	uint16_t codes[kSymbols];
	uint8_t lengths[kSymbols];
	union {
		uint16_t heads[1 << kHashBits];
		Node nodes[kWindow + 1];
		Tree tree;
	} now; /* one after the other */
} Encoder;

_Static_assert(sizeof(Encoder) <= kZramDenseEncodeLength, "the encoder's memory");

enum {
	kTokenLiteralsShift = 20,
	kTokenLengthShift = 12
};

/* --- symbols ---------------------------------------------------------------------------------------------------- */

/* A number as a symbol and the bits that follow it. */
typedef struct {
	uint32_t symbol;
	uint32_t extra; /* how many bits follow */
} Slot;

/*
 * The slot of `value`, with 2^log2 slots for each power of two. The first 2^(log2 + 1) slots stand for one value each.
 */
ZRAM_INLINE Slot slotOf(uint32_t value, uint32_t log2)
{
	uint32_t extra = 0;
	while (value >> extra >= 2u << log2)
		extra++;
	return (Slot){ (extra << log2) + (value >> extra), extra };
}

static Slot lengthSlot(uint32_t length)
{
	Slot slot = slotOf(length - kCopyMin, 2);
	slot.symbol += kLiterals;
	return slot;
}

static Slot distanceSlot(uint32_t distance)
{
	Slot slot = slotOf(distance - 1, 1);
	slot.symbol += kFirstSymbols;
	return slot;
}

/* --- codes ------------------------------------------------------------------------------------------------------ */

static void sortLeaves(uint32_t *leaves, uint32_t count)
{
	for (uint32_t gap = 121; gap; gap /= 3)
		for (uint32_t i = gap; i < count; i++) {
			uint32_t leaf = leaves[i], at = i;
			for (; at >= gap && leaves[at - gap] > leaf; at -= gap)
				leaves[at] = leaves[at - gap];
			leaves[at] = leaf;
		}
}

/*
 * Joins the two lightest nodes until one is left; if two weigh the same, leaves come first. Returns the deepest leaf's
 * depth.
 */
static uint32_t growTree(Tree *tree, uint32_t count)
{
	uint32_t leaf = 0, joint = 0, deepest = 0;
	for (uint32_t fresh = 0; fresh + 1 < count; fresh++) {
		uint32_t weight = 0;
		for (uint32_t i = 0; i < 2; i++)
			if (leaf < count && (joint == fresh || tree->leaves[leaf] >> 9 <= tree->weights[joint])) {
				weight += tree->leaves[leaf] >> 9;
				tree->parents[leaf++] = (uint16_t)(count + fresh);
			}
			else {
				weight += tree->weights[joint];
				tree->parents[count + joint++] = (uint16_t)(count + fresh);
			}
		tree->weights[fresh] = (uint16_t)weight;
	}
	tree->parents[2 * count - 2] = 0;
	for (uint32_t i = 2 * count - 2; i--;) {
		tree->parents[i] = (uint16_t)(tree->parents[tree->parents[i]] + 1);
		if (tree->parents[i] > deepest)
			deepest = tree->parents[i];
	}
	return deepest;
}

/* Sets the code lengths of `count` symbols: a complete code of at most kCodeMax bits, or none if no symbol occurs. */
static void measureCode(Tree *tree, uint16_t *counts, uint8_t *lengths, uint32_t count)
{
	uint32_t leaves;
	memset(lengths, 0, count);
	for (;;) {
		leaves = 0;
		for (uint32_t i = 0; i < count; i++)
			if (counts[i])
				tree->leaves[leaves++] = (uint32_t)counts[i] << 9 | i;
		if (leaves == 0)
			return;
		if (leaves == 1) { /* a complete code needs two symbols of one bit each */
			counts[tree->leaves[0] & 511 ? 0 : 1] = 1;
			continue;
		}
		sortLeaves(tree->leaves, leaves);
		if (growTree(tree, leaves) <= kCodeMax)
			break;
		for (uint32_t i = 0; i < count; i++)
			counts[i] = (uint16_t)((counts[i] + 1u) >> 1);
	}
	for (uint32_t i = 0; i < leaves; i++)
		lengths[tree->leaves[i] & 511] = (uint8_t)tree->parents[i];
}

static void measureCodes(Encoder *encoder)
{
	measureCode(&encoder->now.tree, encoder->counts, encoder->lengths, kFirstSymbols);
	measureCode(&encoder->now.tree, encoder->counts + kFirstSymbols, encoder->lengths + kFirstSymbols, kSecondSymbols);
}

/* Assigns codes by their lengths: shorter ones first; those of one length in the symbols' order. */
static void assignCode(const uint8_t *lengths, uint16_t *codes, uint32_t count)
{
	uint32_t code = 0;
	for (uint32_t length = 1; length <= kCodeMax; length++, code <<= 1)
		for (uint32_t i = 0; i < count; i++)
			if (lengths[i] == length)
				codes[i] = (uint16_t)code++;
}

/* --- the parse -------------------------------------------------------------------------------------------------- */

static void linkPositions(Encoder *encoder)
{
	uint16_t *heads = encoder->now.heads;
	memset(heads, 0xFF, sizeof(encoder->now.heads));
	for (uint32_t at = 0; at + kCopyMin <= encoder->length; at++) {
		const uint8_t *bytes = encoder->page + at;
		uint32_t hash =
			((uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16) * 2654435761u >> (32 - kHashBits);
		encoder->before[at] = heads[hash];
		heads[hash] = (uint16_t)at;
	}
}

/* Guesses the counts that the first prices are computed from. */
static void guessCounts(Encoder *encoder)
{
	uint16_t *counts = encoder->counts;
	memset(counts, 0, sizeof(encoder->counts));
	for (uint32_t i = 0; i < encoder->length; i++)
		counts[encoder->page[i]]++;
	for (uint32_t i = kLiterals; i < kFirstSymbols; i++)
		counts[i] = (uint16_t)(encoder->length >> (i < kLiterals + kLengthsDirect ? 5 : 7));
	for (uint32_t i = kFirstSymbols; i < kSymbols; i++)
		counts[i] = i == kFirstSymbols + kRepeat ? 4 : 1;
}

static uint32_t priceOf(const Encoder *encoder, uint32_t symbol)
{
	uint32_t length = encoder->lengths[symbol];
	return length ? length : kAbsent;
}

static uint32_t distancePrice(const Encoder *encoder, uint32_t distance)
{
	Slot slot = distanceSlot(distance);
	return priceOf(encoder, slot.symbol) + slot.extra;
}

/* How many bytes from `a` on equal those from `b` on, at most `most`. */
static uint32_t matchLength(const uint8_t *a, const uint8_t *b, uint32_t most)
{
	uint32_t length = 0;
	while (length < most && a[length] == b[length])
		length++;
	return length;
}

/* Copies from one position at one distance. */
typedef struct {
	uint32_t price; /* of the path to the position and of the distance, but not of the length */
	uint32_t distance;
	uint32_t least; /* their lengths */
	uint32_t most;
} Copies;

static void offer(Node *node, const uint8_t *lengthPrices, const Copies *copies)
{
	for (uint32_t length = copies->least; length <= copies->most; length++) {
		uint32_t price = copies->price + lengthPrices[length];
		if (price < node[length].price)
			node[length] =
				(Node){ (uint16_t)price, (uint16_t)copies->distance, (uint16_t)copies->distance, (uint16_t)length };
	}
}

/* A long copy that ends a window. */
typedef struct {
	uint32_t length; /* 0 if there is none */
	uint32_t distance;
} Long;

/*
 * Offers all copies that begin at position `at`, which is `node`, to the nodes up to `room` after it. If it finds a
 * copy of kNice bytes or more, it stops and returns that one.
 */
static Long offerCopies(
	Encoder *encoder, uint32_t at, Node *node, uint32_t room, const uint8_t *lengthPrices, uint32_t depth)
{
	const uint8_t *bytes = encoder->page + at;
	uint32_t most = encoder->length - at < kCopyMax ? encoder->length - at : kCopyMax, best = kCopyMin - 1, length;
	Copies copies;

	if (most < kCopyMin)
		return (Long){ 0, 0 };
	if (node->repeat <= at) {
		length = matchLength(bytes, bytes - node->repeat, most);
		if (length >= kNice)
			return (Long){ length, node->repeat };
		copies = (Copies){ node->price + priceOf(encoder, kFirstSymbols + kRepeat), node->repeat, kCopyMin,
			length < room ? length : room };
		offer(node, lengthPrices, &copies);
		if (length > best)
			best = length;
	}
	for (uint32_t from = encoder->before[at]; from != kNone && depth && encoder->steps && best < most;
		 from = encoder->before[from], depth--) {
		const uint8_t *candidate = encoder->page + from;
		encoder->steps--;
		if (candidate[best] != bytes[best])
			continue;
		length = matchLength(bytes, candidate, most);
		if (length <= best)
			continue;
		if (length >= kNice)
			return (Long){ length, at - from };
		copies = (Copies){ node->price + distancePrice(encoder, at - from), at - from, best + 1,
			length < room ? length : room };
		offer(node, lengthPrices, &copies);
		best = length;
	}
	return (Long){ 0, 0 };
}

/* Turns the path to node `end` around, so that each node on it knows the next one. */
static void turnAround(Node *nodes, uint32_t end)
{
	uint32_t next = 0;
	for (uint32_t at = end; at;) {
		uint32_t from = at - nodes[at].length;
		nodes[at].price = (uint16_t)next;
		next = at;
		at = from;
	}
	nodes[0].price = (uint16_t)next;
}

/* Where the parse is. */
typedef struct {
	uint32_t at;
	uint32_t literals; /* since the last copy */
	uint32_t repeat;   /* the last copy's distance */
} Parse;

static void takeCopy(Encoder *encoder, Parse *parse, uint32_t length, uint32_t distance)
{
	encoder->counts[lengthSlot(length).symbol]++;
	encoder->counts[distance == parse->repeat ? kFirstSymbols + kRepeat : distanceSlot(distance).symbol]++;
	encoder->tokens[encoder->tokenCount++] =
		parse->literals << kTokenLiteralsShift | (length - kCopyMin) << kTokenLengthShift | distance;
	parse->literals = 0;
	parse->repeat = distance;
	parse->at += length;
}

static void takeWay(Encoder *encoder, Parse *parse, uint32_t end)
{
	const Node *nodes = encoder->now.nodes;
	turnAround(encoder->now.nodes, end);
	for (uint32_t at = nodes[0].price; at; at = nodes[at].price)
		if (nodes[at].length > 1)
			takeCopy(encoder, parse, nodes[at].length, nodes[at].distance);
		else {
			encoder->counts[encoder->page[parse->at++]]++;
			parse->literals++;
		}
}

static void parseWindow(Encoder *encoder, Parse *parse, const uint8_t *lengthPrices, uint32_t depth)
{
	Node *nodes = encoder->now.nodes;
	uint32_t rest = encoder->length - parse->at, window = rest < kWindow ? rest : kWindow, i = 0;
	Long found = { 0, 0 };

	memset(nodes, 0xFF, sizeof(encoder->now.nodes));
	nodes[0].price = 0;
	nodes[0].repeat = (uint16_t)parse->repeat;
	for (; i < window; i++) {
		uint32_t price = nodes[i].price + priceOf(encoder, encoder->page[parse->at + i]);
		found = offerCopies(encoder, parse->at + i, nodes + i, window - i, lengthPrices, depth);
		if (found.length)
			break;
		if (price < nodes[i + 1].price)
			nodes[i + 1] = (Node){ (uint16_t)price, nodes[i].repeat, 0, 1 };
	}
	takeWay(encoder, parse, i);
	if (found.length)
		takeCopy(encoder, parse, found.length, found.distance);
}

/* Parses the page. The result is in `tokens`, and in `counts`, how often each symbol occurs in them. */
static void parsePage(Encoder *encoder, uint32_t depth)
{
	Parse parse = { 0, 0, kFirstDistance };
	uint8_t lengthPrices[kNice];
	for (uint32_t length = kCopyMin; length < kNice; length++) {
		Slot slot = lengthSlot(length);
		lengthPrices[length] = (uint8_t)(priceOf(encoder, slot.symbol) + slot.extra);
	}
	memset(encoder->counts, 0, sizeof(encoder->counts));
	encoder->tokenCount = 0;
	encoder->steps = kSteps;
	while (parse.at < encoder->length)
		parseWindow(encoder, &parse, lengthPrices, depth);
}

/* --- the block -------------------------------------------------------------------------------------------------- */

typedef struct {
	uint32_t bits;  /* the lowest `count` are not written yet */
	uint32_t count; /* less than 16 */
	Half *out;
	const Half *end;
} Writer;

/* Writes the `length` bits of `value`, at most 16. */
static void put(Writer *writer, uint32_t value, uint32_t length)
{
	writer->bits = writer->bits << length | value;
	writer->count += length;
	if (writer->count < 16)
		return;
	writer->count -= 16;
	*writer->out++ = (Half)(writer->bits >> writer->count);
}

static uint32_t runOf(const uint8_t *lengths, uint32_t most)
{
	uint32_t run = 0;
	while (run < most && !lengths[run])
		run++;
	return run;
}

static void putRun(Writer *writer, uint32_t run)
{
	uint32_t digits = 0;
	while (run >> digits > 1)
		digits++;
	put(writer, 6, 3);
	put(writer, 0, digits);
	put(writer, run, digits + 1);
}

static int putLengths(const uint8_t *lengths, Writer *writer)
{
	uint32_t last = kFirstCodeLength, i = 0;
	while (i < kSymbols) {
		uint32_t difference = lengths[i] - last;
		if (!lengths[i]) {
			uint32_t run = runOf(lengths + i, kSymbols - i);
			putRun(writer, run);
			i += run;
		}
		else {
			if (difference == 0)
				put(writer, 0, 2);
			else if (difference + 2 <= 4)
				put(writer, (difference + 2 < 2 ? 3 : 2) + (difference + 1 > 2 ? 2 : 0), 3);
			else
				put(writer, 7u << 4 | lengths[i], 7);
			last = lengths[i++];
		}
		if (writer->out > writer->end)
			return 0;
	}
	return 1;
}

static void putSymbol(const Encoder *encoder, Writer *writer, uint32_t symbol)
{
	put(writer, encoder->codes[symbol], encoder->lengths[symbol]);
}

/* Writes a slot's symbol, and the lowest bits of `value` after it. */
static void putSlot(const Encoder *encoder, Writer *writer, Slot slot, uint32_t value)
{
	putSymbol(encoder, writer, slot.symbol);
	put(writer, value & ((1u << slot.extra) - 1), slot.extra);
}

static int putLiterals(const Encoder *encoder, Writer *writer, uint32_t from, uint32_t count)
{
	for (; count; count--, from++) {
		putSymbol(encoder, writer, encoder->page[from]);
		if (writer->out > writer->end)
			return 0;
	}
	return 1;
}

static int putTokens(const Encoder *encoder, Writer *writer)
{
	uint32_t at = 0, repeat = kFirstDistance;
	for (uint32_t i = 0; i < encoder->tokenCount; i++) {
		uint32_t token = encoder->tokens[i], literals = token >> kTokenLiteralsShift;
		uint32_t length = (token >> kTokenLengthShift & 255) + kCopyMin;
		uint32_t distance = token & ((1u << kTokenLengthShift) - 1);
		if (!putLiterals(encoder, writer, at, literals))
			return 0;
		putSlot(encoder, writer, lengthSlot(length), length - kCopyMin);
		if (distance == repeat)
			putSymbol(encoder, writer, kFirstSymbols + kRepeat);
		else
			putSlot(encoder, writer, distanceSlot(distance), distance - 1);
		if (writer->out > writer->end)
			return 0;
		repeat = distance;
		at += literals + length;
	}
	return putLiterals(encoder, writer, at, encoder->length - at);
}

uint32_t zramDenseEncode(void *workspace, const uint32_t *page, uint32_t pageLength, uint8_t *block, uint32_t capacity)
{
	Encoder *encoder = workspace;
	Half *out = (Half *)(void *)block;
	Writer writer = { 0, 0, out, out + capacity / 2 };

	encoder->page = (const uint8_t *)page;
	encoder->length = pageLength;
	linkPositions(encoder);
	guessCounts(encoder);
	measureCodes(encoder);
	parsePage(encoder, kFirstDepth);
	measureCodes(encoder);
	parsePage(encoder, kSecondDepth);
	measureCodes(encoder);
	assignCode(encoder->lengths, encoder->codes, kFirstSymbols);
	assignCode(encoder->lengths + kFirstSymbols, encoder->codes + kFirstSymbols, kSecondSymbols);
	if (!putLengths(encoder->lengths, &writer) || !putTokens(encoder, &writer))
		return 0;
	if (writer.count)
		put(&writer, 0, 16 - writer.count);
	return writer.out <= writer.end ? (uint32_t)(writer.out - out) * 2 : 0;
}

_Static_assert(kZramDenseMargin <= kZramBlockMargin, "blocks have the margin");

/* Too slow while somebody waits: no write tries it. */
const zramCodec zramDenseCodec = {
	.name = "dense",
	.tried = kZramNeverTried,
	.decodesInWorkspace = 1,
	.encodesIn = kZramDenseEncodeLength,
	.encode = zramDenseEncode,
	.decode = zramDenseDecode,
};
