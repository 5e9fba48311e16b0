/*
 * Tests of the dense codec (modules/zram/engine/native/zramDense*.c), without XS.
 *
 *   ./dense-test [-s seed] [-n hostile blocks] [file ...]
 *
 * Cuts the files into pages of all lengths and adds them to the generated ones. The line "# digest" covers every encoded
 * block, and every verdict and page that was decoded. Worth running with -m32 and with -fsanitize=address,undefined
 * -fno-sanitize-recover, which prove that no access is out of bounds or misaligned.
 */
#include "digest.h"
#include "zramDense.h"
#include "pages.h"
#include "guarded.h"

/* With an allocated workspace, so that AddressSanitizer sees accesses beyond it. What it holds doesn't matter. */
static uint32_t denseEncode(const uint32_t *page, uint32_t pageLength, uint8_t *to, uint32_t capacity)
{
	static uint8_t rubbish;
	void *workspace = malloc(kZramDenseEncodeLength);
	uint32_t length;
	memset(workspace, rubbish += 37, kZramDenseEncodeLength);
	length = zramDenseEncode(workspace, page, pageLength, to, capacity);
	free(workspace);
	return length;
}

static int denseDecode(const uint8_t *bytes, uint32_t length, uint32_t *page, uint32_t pageLength)
{
	static uint8_t rubbish;
	void *workspace = malloc(kZramDenseDecodeLength);
	int verdict;
	memset(workspace, rubbish += 41, kZramDenseDecodeLength);
	verdict = zramDenseDecode(workspace, bytes, length, page, pageLength);
	free(workspace);
	return verdict;
}

static int encode(const Page *page, uint32_t capacity, uint32_t *length)
{
	if (!encodeGuarded(denseEncode, kZramDenseMargin, page, capacity, length))
		return 0;
	CHECK(!(*length & 1), "%s: length %u", page->name, (unsigned)*length);
	return 1;
}

static int decode(const uint8_t *bytes, uint32_t length, uint32_t pageLength, uint8_t margin, int *verdict)
{
	return decodeGuarded(denseDecode, kZramDenseMargin, margin, bytes, length, pageLength, verdict);
}

/* ---- the codec again, slow, written from its specification ---- */

typedef struct {
	uint8_t bits[32 * kPageLengthMax]; /* a bit each */
	uint32_t count;
	uint8_t bytes[4 * kPageLengthMax];
	uint32_t length;
} Bits;

static void putBits(Bits *bits, uint32_t value, uint32_t length)
{
	while (length--)
		bits->bits[bits->count++] = (uint8_t)(value >> length & 1);
}

static void finishBits(Bits *bits)
{
	uint32_t i;
	while (bits->count % 16)
		putBits(bits, 0, 1);
	bits->length = bits->count / 8;
	memset(bits->bytes, 0, sizeof(bits->bytes));
	for (i = 0; i < bits->count; i++)
		if (bits->bits[i])
			bits->bytes[i / 16 * 2 + (i % 16 < 8)] |= (uint8_t)(1 << (15 - i % 16) % 8);
}

static uint32_t log2Of(uint32_t value)
{
	return value > 1 ? 1 + log2Of(value / 2) : 0;
}

static uint32_t extraOf(uint32_t value, uint32_t g)
{
	return log2Of(value) > g ? log2Of(value) - g : 0;
}

static uint32_t slotOf(uint32_t value, uint32_t g)
{
	return extraOf(value, g) * (1u << g) + value / (1u << extraOf(value, g));
}

/* Symbols of both codes, one after the other. */
enum {
	kAllSymbols = 309,
	kOfFirst = 284,
	kSame = 308
};

static uint32_t lengthSymbol(uint32_t length)
{
	return 256 + slotOf(length - 3, 2);
}

static uint32_t distanceSymbol(uint32_t distance)
{
	return kOfFirst + slotOf(distance - 1, 1);
}

typedef struct {
	uint32_t counts[kAllSymbols], lengths[kAllSymbols], codes[kAllSymbols];
} Codes;

/* Trees of symbols, by their roots. `age` orders symbols first, then trees as they were joined. */
typedef struct {
	uint32_t weight, age;
	uint8_t has[kAllSymbols];
} Joined;

static uint32_t lightest(const Joined *trees, uint32_t count)
{
	uint32_t i, best = 0;
	for (i = 1; i < count; i++)
		if (trees[i].weight < trees[best].weight
			|| (trees[i].weight == trees[best].weight && trees[i].age < trees[best].age))
			best = i;
	return best;
}

static uint32_t measureOnce(Codes *codes, uint32_t from, uint32_t to)
{
	static Joined trees[kOfFirst];
	uint32_t i, j, count = 0, age = kAllSymbols, longest = 0;
	for (i = from; i < to; i++) {
		codes->lengths[i] = 0;
		if (!codes->counts[i])
			continue;
		memset(&trees[count], 0, sizeof(Joined));
		trees[count].weight = codes->counts[i];
		trees[count].age = i;
		trees[count++].has[i] = 1;
	}
	while (count > 1) {
		static Joined a, b;
		i = lightest(trees, count);
		a = trees[i];
		trees[i] = trees[--count];
		i = lightest(trees, count);
		b = trees[i];
		for (j = from; j < to; j++) {
			b.has[j] |= a.has[j];
			codes->lengths[j] += b.has[j];
			longest = codes->lengths[j] > longest ? codes->lengths[j] : longest;
		}
		b.weight += a.weight;
		b.age = age++;
		trees[i] = b;
	}
	return longest;
}

static void measure(Codes *codes, uint32_t from, uint32_t to)
{
	uint32_t i, count = 0, only = 0;
	for (i = from; i < to; i++)
		if (codes->counts[i]) {
			count++;
			only = i;
		}
	if (count == 1)
		codes->counts[only == from ? from + 1 : from] = 1;
	while (measureOnce(codes, from, to) > 12)
		for (i = from; i < to; i++)
			codes->counts[i] = (codes->counts[i] + 1) / 2;
}

static void assign(Codes *codes, uint32_t from, uint32_t to)
{
	uint32_t length, i, code = 0;
	for (length = 1; length <= 12; length++) {
		for (i = from; i < to; i++)
			if (codes->lengths[i] == length)
				codes->codes[i] = code++;
		code *= 2;
	}
}

static void measureBoth(Codes *codes)
{
	measure(codes, 0, kOfFirst);
	measure(codes, kOfFirst, kAllSymbols);
}

static uint32_t priceOf(const Codes *codes, uint32_t symbol)
{
	return codes->lengths[symbol] ? codes->lengths[symbol] : 12;
}

typedef struct {
	uint32_t length, distance; /* a literal has length 1 */
} Token;

typedef struct {
	uint32_t price, last;
	Token by;
} Place;

typedef struct {
	const uint8_t *b;
	uint32_t n, looked, depth;
	Codes prices;
	Token tokens[kPageLengthMax];
	uint32_t count;
} Parser;

static uint32_t hashOf(const uint8_t *b)
{
	return (uint32_t)((b[0] + 256u * b[1] + 65536u * b[2]) * 2654435761u) / 2097152u;
}

static uint32_t alike(const Parser *parser, uint32_t p, uint32_t r)
{
	uint32_t l = 0;
	while (l < 258 && p + l < parser->n && parser->b[p + l] == parser->b[p + l - r])
		l++;
	return l;
}

static void offerOne(Place *from, uint32_t price, uint32_t last, Token token)
{
	Place *to = from + token.length;
	if (from->price + price >= to->price)
		return;
	to->price = from->price + price;
	to->last = last;
	to->by = token;
}

static void offerAll(
	const Parser *parser, Place *from, uint32_t room, uint32_t least, uint32_t most, uint32_t r, int same)
{
	const Codes *prices = &parser->prices;
	uint32_t l, price = same ? priceOf(prices, kSame) : priceOf(prices, distanceSymbol(r)) + extraOf(r - 1, 1);
	for (l = least; l <= most && l <= room; l++)
		offerOne(from, price + priceOf(prices, lengthSymbol(l)) + extraOf(l - 3, 2), r, (Token){ l, r });
}

/* Returns the long copy that ends the window, or one of length 0. */
static Token offerAt(Parser *parser, Place *node, uint32_t p, uint32_t room)
{
	uint32_t best = 2, l, q, most = parser->n - p < 258 ? parser->n - p : 258, looked = 0;
	if (most < 3)
		return (Token){ 0, 0 };
	if (node->last <= p) {
		l = alike(parser, p, node->last);
		if (l >= 32)
			return (Token){ l, node->last };
		offerAll(parser, node, room, 3, l, node->last, 1);
		best = l > best ? l : best;
	}
	for (q = p; q-- > 0;) {
		if (hashOf(parser->b + q) != hashOf(parser->b + p))
			continue;
		if (best == most || looked == parser->depth || parser->looked == 16384)
			break;
		looked++;
		parser->looked++;
		if (parser->b[q + best] != parser->b[p + best])
			continue;
		l = alike(parser, p, p - q);
		if (l >= 32)
			return (Token){ l, p - q };
		if (l <= best)
			continue;
		offerAll(parser, node, room, best + 1, l, p - q, 0);
		best = l;
	}
	return (Token){ 0, 0 };
}

static void takeTokens(Parser *parser, const Place *places, uint32_t end)
{
	Token reversed[768];
	uint32_t count = 0;
	while (end) {
		reversed[count++] = places[end].by;
		end -= places[end].by.length;
	}
	while (count)
		parser->tokens[parser->count++] = reversed[--count];
}

static void parseAll(Parser *parser, uint32_t depth)
{
	static Place places[769];
	uint32_t start = 0, last = 1, i, window;
	parser->looked = parser->count = 0;
	parser->depth = depth;
	while (start < parser->n) {
		Token found = { 0, 0 };
		window = parser->n - start < 768 ? parser->n - start : 768;
		for (i = 0; i <= window; i++)
			places[i].price = UINT32_MAX;
		places[0].price = 0;
		places[0].last = last;
		for (i = 0; i < window; i++) {
			found = offerAt(parser, &places[i], start + i, window - i);
			if (found.length)
				break;
			offerOne(&places[i], priceOf(&parser->prices, parser->b[start + i]), places[i].last, (Token){ 1, 0 });
		}
		takeTokens(parser, places, i);
		last = places[i].last;
		start += i;
		if (found.length) {
			parser->tokens[parser->count++] = found;
			start += found.length;
			last = found.distance;
		}
	}
}

/* Codes for the parser's tokens; with `bits`, these are written. */
static void useTokens(Parser *parser, Codes *codes, Bits *bits)
{
	uint32_t i, at = 0, last = 1, symbol;
	for (i = 0; i < parser->count; at += parser->tokens[i++].length) {
		Token token = parser->tokens[i];
		symbol = token.length == 1 ? parser->b[at] : lengthSymbol(token.length);
		codes->counts[symbol]++;
		if (bits)
			putBits(bits, codes->codes[symbol], codes->lengths[symbol]);
		if (token.length == 1)
			continue;
		if (bits)
			putBits(bits, token.length - 3, extraOf(token.length - 3, 2));
		symbol = token.distance == last ? kSame : distanceSymbol(token.distance);
		codes->counts[symbol]++;
		if (bits)
			putBits(bits, codes->codes[symbol], codes->lengths[symbol]);
		if (bits && symbol != kSame)
			putBits(bits, token.distance - 1, extraOf(token.distance - 1, 1));
		last = token.distance;
	}
}

static void putCodeLengths(Bits *bits, const Codes *codes)
{
	uint32_t i, run, last = 8;
	for (i = 0; i < kAllSymbols; i++) {
		uint32_t length = codes->lengths[i];
		if (length) {
			if (length == last)
				putBits(bits, 0, 2);
			else if (length == last + 1 || length + 1 == last)
				putBits(bits, length > last ? 2 : 3, 3);
			else if (length == last + 2 || length + 2 == last)
				putBits(bits, length > last ? 4 : 5, 3);
			else {
				putBits(bits, 7, 3);
				putBits(bits, length, 4);
			}
			last = length;
			continue;
		}
		for (run = 1; i + 1 < kAllSymbols && !codes->lengths[i + 1]; run++)
			i++;
		putBits(bits, 6, 3);
		putBits(bits, 0, log2Of(run));
		putBits(bits, run, log2Of(run) + 1);
	}
}

/* `bits->length` is 0 if there is no block. */
static void specifiedEncode(Bits *bits, const Page *page, uint32_t capacity)
{
	static Parser parser;
	static Codes codes;
	uint32_t i;
	parser.b = (const uint8_t *)page->words;
	parser.n = page->length;
	memset(&codes, 0, sizeof(codes));
	for (i = 0; i < kAllSymbols; i++)
		codes.counts[i] = i < 256 ? 0 : i < 264 ? parser.n / 32 : i < kOfFirst ? parser.n / 128 : i < kSame ? 1 : 4;
	for (i = 0; i < parser.n; i++)
		codes.counts[parser.b[i]]++;
	for (i = 0; i < 2; i++) {
		measureBoth(&codes);
		parser.prices = codes;
		parseAll(&parser, i ? 8 : 2);
		memset(&codes, 0, sizeof(codes));
		useTokens(&parser, &codes, NULL);
	}
	measureBoth(&codes);
	assign(&codes, 0, kOfFirst);
	assign(&codes, kOfFirst, kAllSymbols);
	bits->count = 0;
	putCodeLengths(bits, &codes);
	useTokens(&parser, &codes, bits);
	finishBits(bits);
	if (bits->length > capacity)
		bits->length = 0;
}

/* ---- ... and back */

typedef struct {
	const uint8_t *bytes;
	uint32_t length, at;
} Source;

static uint32_t getBits(Source *s, uint32_t length)
{
	uint32_t value = 0;
	for (; length; length--, s->at++) {
		uint32_t byte = s->at / 16 * 2 + (s->at % 16 < 8);
		value = value * 2 + (byte < s->length ? s->bytes[byte] >> (15 - s->at % 16) % 8 & 1 : 0);
	}
	return value;
}

static int getCodeLengths(Source *s, Codes *codes)
{
	uint32_t i = 0, last = 8;
	while (i < kAllSymbols) {
		if (!getBits(s, 1)) {
			if (getBits(s, 1))
				last = getBits(s, 1) ? last - 1 : last + 1;
		}
		else if (!getBits(s, 1))
			last = getBits(s, 1) ? last - 2 : last + 2;
		else if (getBits(s, 1))
			last = getBits(s, 4);
		else {
			uint32_t zeros = 0, run;
			while (zeros < 9 && !getBits(s, 1))
				zeros++;
			if (zeros == 9)
				return 0;
			run = (1u << zeros) + getBits(s, zeros);
			if (run > kAllSymbols - i)
				return 0;
			while (run--)
				codes->lengths[i++] = 0;
			continue;
		}
		if (last < 1 || last > 12)
			return 0;
		codes->lengths[i++] = last;
	}
	return 1;
}

static uint32_t shareOf(const Codes *codes, uint32_t from, uint32_t to)
{
	uint32_t share = 0;
	for (; from < to; from++)
		share += codes->lengths[from] ? 4096u >> codes->lengths[from] : 0;
	return share;
}

/* The symbol whose code follows; kAllSymbols if there is none. */
static uint32_t getSymbol(Source *s, const Codes *codes, uint32_t from, uint32_t to)
{
	uint32_t length, i, start = s->at;
	for (length = 1; length <= 12; length++) {
		uint32_t code;
		s->at = start;
		code = getBits(s, length);
		for (i = from; i < to; i++)
			if (codes->lengths[i] == length && codes->codes[i] == code)
				return i;
	}
	return kAllSymbols;
}

static uint32_t getValue(Source *s, uint32_t slot, uint32_t g)
{
	uint32_t value = 0;
	while (slotOf(value, g) != slot)
		value++;
	return value + getBits(s, extraOf(value, g));
}

static int specifiedDecode(const uint8_t *bytes, uint32_t length, uint8_t *page, uint32_t n)
{
	static Codes codes;
	Source s = { bytes, length, 0 };
	uint32_t at = 0, distance = 1, symbol, second, count;
	if (length == 0 || length % 2 || !getCodeLengths(&s, &codes) || shareOf(&codes, 0, kOfFirst) != 4096)
		return 0;
	second = shareOf(&codes, kOfFirst, kAllSymbols);
	if (second && second != 4096)
		return 0;
	assign(&codes, 0, kOfFirst);
	assign(&codes, kOfFirst, kAllSymbols);
	while (at < n) {
		symbol = getSymbol(&s, &codes, 0, kOfFirst);
		if (symbol < 256) {
			page[at++] = (uint8_t)symbol;
			continue;
		}
		count = 3 + getValue(&s, symbol - 256, 2);
		symbol = getSymbol(&s, &codes, kOfFirst, kAllSymbols);
		if (symbol == kAllSymbols)
			return 0;
		if (symbol != kSame)
			distance = 1 + getValue(&s, symbol - kOfFirst, 1);
		if (distance > at || count > n - at)
			return 0;
		for (; count; count--, at++)
			page[at] = page[at - distance];
	}
	return (s.at + 15) / 16 * 2 == length;
}

/* ---- encoder ---- */

static Bits specified;

/* The encoder does what the specification says, byte for byte, and the page comes back. Other implementations rely on it. */
static int specification(void)
{
	static const uint32_t shares[] = { 256, 128 };
	uint32_t i, j, length, blocks = 0;
	int verdict;
	for (i = 0; i < pageCount; i += 1 + pageCount / 1500)
		for (j = 0; j < 2; j++) {
			const Page *page = &pages[i];
			uint32_t capacity = page->length * shares[j] / 256;
			if (!encode(page, capacity, &length))
				return 0;
			specifiedEncode(&specified, page, capacity);
			CHECK(length == specified.length, "%s: %u bytes, specified are %u", page->name, (unsigned)length,
				(unsigned)specified.length);
			CHECK(!memcmp(block, specified.bytes, length), "%s: another block than specified", page->name);
			if (!length)
				continue;
			blocks++;
			if (!decode(block, length, page->length, 0, &verdict))
				return 0;
			CHECK(verdict && !memcmp(decoded, page->words, page->length), "%s: came back changed", page->name);
		}
	CHECK(blocks > 1000, "only %u blocks", (unsigned)blocks);
	return 1;
}

/* Every page comes back, and repetitive ones become small. */
static int comesBack(void)
{
	uint32_t i, length;
	int verdict;
	for (i = 0; i < pageCount; i++) {
		const Page *page = &pages[i];
		if (!encode(page, page->length, &length))
			return 0;
		if (!strncmp(page->name, "period", 6))
			CHECK(length && length < 120, "%s: took %u bytes", page->name, (unsigned)length);
		if (!strncmp(page->name, "random-bits 8", 13))
			CHECK(!length, "%s: took %u bytes", page->name, (unsigned)length);
		if (!length)
			continue;
		if (!decode(block, length, page->length, 0, &verdict))
			return 0;
		CHECK(verdict && !memcmp(decoded, page->words, page->length), "%s: came back changed", page->name);
	}
	return 1;
}

/* A page with byte frequencies for which Huffman codes would exceed 12 bits. */
static int longCodes(void)
{
	static Page page;
	uint32_t i, j, at = 0, a = 1, b = 1, length;
	int verdict;
	page.length = kPageLengthMax;
	snprintf(page.name, sizeof(page.name), "fibonacci");
	randomSeed(9);
	for (i = 0; at < page.length; i++) {
		for (j = 0; j < a && at < page.length; j++)
			((uint8_t *)page.words)[at++] = (uint8_t)i;
		b += a;
		a = b - a;
	}
	for (i = page.length; i-- > 1;) {
		uint8_t *bytes = (uint8_t *)page.words, swapped = bytes[i];
		j = randomBelow(i + 1);
		bytes[i] = bytes[j];
		bytes[j] = swapped;
	}
	if (!encode(&page, page.length, &length))
		return 0;
	specifiedEncode(&specified, &page, page.length);
	CHECK(length && length == specified.length && !memcmp(block, specified.bytes, length), "another block");
	if (!decode(block, length, page.length, 0, &verdict))
		return 0;
	CHECK(verdict && !memcmp(decoded, page.words, page.length), "came back changed");
	return 1;
}

/* At every capacity the block is the same or none, and nothing is written behind the margin. */
static int everyCapacity(void)
{
	static uint8_t expected[kPageLengthMax];
	uint32_t i, capacity, length, full;
	for (i = 0; i < pageCount; i += 1 + pageCount / 40) {
		const Page *page = &pages[i];
		if (!encode(page, page->length, &full))
			return 0;
		memcpy(expected, block, full);
		for (capacity = 1; capacity <= page->length; capacity += page->length > 512 ? 13 : 1) {
			if (!encode(page, capacity, &length))
				return 0;
			CHECK(length == (full <= capacity ? full : 0), "%s: %u bytes with capacity %u, %u with all", page->name,
				(unsigned)length, (unsigned)capacity, (unsigned)full);
			CHECK(!memcmp(block, expected, length), "%s: other block with capacity %u", page->name, (unsigned)capacity);
		}
	}
	return 1;
}

/* ---- decoder ---- */

/* A block is refused if any byte is missing or one is added. */
static int truncated(void)
{
	static uint8_t whole[kBlockLengthMax];
	uint32_t i, length, cut;
	int verdict;
	for (i = 0; i < pageCount; i += 1 + pageCount / 150) {
		const Page *page = &pages[i];
		if (!encode(page, page->length, &length) || !length)
			continue;
		memcpy(whole, block, length);
		memset(whole + length, 0, 2);
		for (cut = 0; cut <= length + 2; cut++) {
			if (!decode(whole, cut, page->length, (uint8_t)randomBits(), &verdict))
				return 0;
			CHECK(verdict == (cut == length), "%s: %u of %u bytes: verdict %d", page->name, (unsigned)cut,
				(unsigned)length, verdict);
		}
	}
	return 1;
}

/* Complete codes for random symbols, then mostly valid tokens until the page is about full. */
static uint32_t forge(uint8_t *bytes, uint32_t n)
{
	static Codes codes;
	static Bits bits;
	uint32_t i, at = 0, symbols = 1 + randomBelow(randomBelow(2) ? 300 : 20);
	memset(&codes, 0, sizeof(codes));
	for (i = 0; i < symbols; i++)
		codes.counts[randomBelow(kOfFirst)] += 1 + randomBelow(randomBelow(2) ? 1000 : 3);
	for (i = randomBelow(30); i; i--)
		codes.counts[kOfFirst + randomBelow(25)] += 1 + randomBelow(50);
	measureBoth(&codes);
	if (randomBelow(20) == 0)
		codes.lengths[randomBelow(kAllSymbols)] = randomBelow(13);
	assign(&codes, 0, kOfFirst);
	assign(&codes, kOfFirst, kAllSymbols);
	bits.count = 0;
	putCodeLengths(&bits, &codes);
	while (at < n) {
		uint32_t symbol = randomBelow(kOfFirst), distance, length, extra;
		for (i = 0; i < kOfFirst && (!codes.lengths[symbol] || (symbol >= 256 && at < 2)); i++)
			symbol = (symbol + 1) % kOfFirst;
		putBits(&bits, codes.codes[symbol], codes.lengths[symbol]);
		at++;
		if (symbol < 256)
			continue;
		for (length = 3; lengthSymbol(length) != symbol; length++)
			;
		extra = extraOf(length - 3, 2);
		length += extra ? randomBelow(1u << extra) : 0;
		putBits(&bits, length - 3, extra);
		at += length - 1;
		symbol = kOfFirst + randomBelow(25);
		for (i = 0; i < 25 && !codes.lengths[symbol]; i++)
			symbol = symbol == kSame ? kOfFirst : symbol + 1;
		putBits(&bits, codes.codes[symbol], codes.lengths[symbol]);
		if (symbol == kSame)
			continue;
		for (distance = 1; distanceSymbol(distance) != symbol; distance++)
			;
		extra = extraOf(distance - 1, 1);
		putBits(&bits, randomBelow(4) ? 0 : randomBits(), extra);
	}
	finishBits(&bits);
	memcpy(bytes, bits.bytes, bits.length < kBlockLengthMax ? bits.length : kBlockLengthMax);
	return bits.length < kBlockLengthMax ? bits.length : kBlockLengthMax;
}

/* Makes hostile `bytes`: random, forged, or a block with some bits flipped, perhaps truncated. Returns their length. */
static uint32_t makeHostile(uint8_t *bytes, const Page *page)
{
	uint32_t length, changes = 1 + randomBelow(4), i, kind = randomBelow(8);
	if (kind < 4)
		return forge(bytes, page->length);
	length = denseEncode(page->words, page->length, bytes, page->length);
	if (!length || kind == 4) {
		length = randomBelow(randomBelow(2) ? 100 : 3000);
		for (i = 0; i < length; i++)
			bytes[i] = (uint8_t)randomBits();
		return length;
	}
	while (changes--) {
		uint8_t *where = bytes + (randomBelow(3) ? randomBelow(length) : randomBelow(length < 100 ? length : 100));
		if (randomBelow(3))
			*where ^= (uint8_t)(1 << randomBelow(8));
		else
			*where = (uint8_t)(randomBelow(2) ? randomBits() : randomBelow(2) * 255);
	}
	return randomBelow(3) ? length : randomBelow(length + 1);
}

/*
 * For any bytes, nothing is written outside the page, and verdict and decoded page are the specification's, whatever the
 * margin and the page held before.
 */
static int hostile(void)
{
	static uint8_t bytes[kBlockLengthMax + kZramDenseMargin], expected[kPageLengthMax];
	uint32_t i, accepted = 0, count = hostileBlocks / 100;
	int verdict, again, right;
	randomSeed(3);
	for (i = 0; i < count; i++) {
		const Page *page = &pages[randomBelow(pageCount)];
		uint32_t length = makeHostile(bytes, page);
		uint8_t margin = (uint8_t)randomBits();
		right = specifiedDecode(bytes, length, expected, page->length);
		if (!decode(bytes, length, page->length, (uint8_t)~margin, &again)
			|| !decode(bytes, length, page->length, margin, &verdict))
			return 0;
		CHECK(verdict == right, "block %u: verdict %d, specified is %d", (unsigned)i, verdict, right);
		CHECK(verdict == again, "block %u: the verdict depends on the margin", (unsigned)i);
		CHECK(!verdict || !memcmp(expected, decoded, page->length), "block %u: another page", (unsigned)i);
		accepted += (uint32_t)verdict;
	}
	CHECK(accepted > count / 1000, "only %u blocks were accepted", (unsigned)accepted);
	CHECK(accepted < count * 3 / 4, "%u blocks were accepted", (unsigned)accepted);
	return 1;
}

int main(int argc, char **argv)
{
	readArguments(argc, argv);
	addGenerated();
	printf(
		"# seed %u, %u pages, %u hostile blocks\n", (unsigned)seed, (unsigned)pageCount, (unsigned)hostileBlocks / 100);

	test("specification", specification);
	test("comes back", comesBack);
	test("long codes", longCodes);
	test("every capacity", everyCapacity);
	test("truncated blocks", truncated);
	test("hostile blocks", hostile);
	printf("# digest %08x\n", (unsigned)digest);
	return summary();
}
