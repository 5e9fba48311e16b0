/*
 * Tests of the columns codec (modules/zram/engine/native/zramColumns.c), without XS.
 *
 *   ./columns-test [-s seed] [-n hostile blocks] [file ...]
 *
 * Cuts the files into pages of all lengths and adds them to the generated ones. The line "# digest" covers every encoded
 * block, and every verdict and page that was decoded. Worth running with -m32 and with -fsanitize=address,undefined
 * -fno-sanitize-recover, which prove that no access is out of bounds or misaligned.
 */
#include "digest.h"
#include "zramColumns.h"
#include "pages.h"
#include "guarded.h"

extern const zramCodec zramColumnsCodec;

/* How many pages were declined. */
static uint32_t declined;

static uint32_t columnsEncode(const uint32_t *page, uint32_t pageLength, uint8_t *to, uint32_t capacity)
{
	return zramColumnsCodec.encode(NULL, page, pageLength, to, capacity);
}

/* Like encodeGuarded, but counts a declined page, which has no bytes. */
static int encode(const Page *page, uint32_t capacity, uint32_t *length)
{
	if (!encodeGuarded(columnsEncode, kZramColumnsMargin, page, capacity, length))
		return 0;
	if (*length == kZramDeclined) {
		declined++;
		*length = 0;
	}
	CHECK(!(*length & 1), "%s: length %u", page->name, (unsigned)*length);
	return 1;
}

static int decode(const uint8_t *bytes, uint32_t length, uint32_t pageLength, uint8_t margin, int *verdict)
{
	return decodeGuarded(zramColumnsDecode, kZramColumnsMargin, margin, bytes, length, pageLength, verdict);
}

/* ---- the codec again, slow, written from its specification ---- */

/* A page as a block has it: units, column by column. */
typedef struct {
	uint32_t pageLength, kind, form;
	const uint8_t *page;
	uint32_t columns, count, width, shift;
	uint32_t places[kPageLengthMax]; /* of a column's units */
	uint32_t units[kPageLengthMax];
} Layout;

static int hasForm(uint32_t kind, uint32_t form)
{
	static const uint32_t forms[] = { 64, 32, 32, 1, 1, 3, 4 };
	return kind < 7 && form < forms[kind];
}

static void layColumns(Layout *l)
{
	static const uint32_t columns[] = { 0, 0, 0, 3, 3, 3, 4 };
	l->columns = l->kind < 3 ? l->form + 1 : columns[l->kind];
}

static void layColumn(Layout *l, uint32_t index)
{
	static const uint32_t starts[] = { 1, 2, 2, 0, 0, 1, 1 }, widths[] = { 8, 16, 16, 0, 0, 8, 8 };
	static const uint32_t strides[] = { 1, 2, 2, 2, 2, 3, 4 };
	uint32_t at, stride = strides[l->kind] * (l->kind < 3 ? l->form + 1 : 1);
	l->width = l->kind == 3 || l->kind == 4 ? (index ? 5 : 6) : widths[l->kind];
	l->shift = 0;
	l->count = 0;
	for (at = starts[l->kind] * index; at < l->pageLength; at += stride)
		l->places[l->count++] = at;
}

static uint32_t halfOf(const Layout *l, uint32_t at)
{
	return l->kind == 2 || l->kind == 4 ? l->page[at] * 256u + l->page[at + 1] : l->page[at] + l->page[at + 1] * 256u;
}

/* What a pixel's byte is relative to. */
static uint32_t greenOf(const Layout *l, uint32_t index, uint32_t at)
{
	uint32_t channel = (index + l->form) % (l->kind == 5 ? 3 : 4);
	if (channel == 0)
		return at + 1 < l->pageLength ? l->page[at + 1] : 0;
	return channel == 2 && at > 0 ? l->page[at - 1] : 0;
}

static uint32_t unitAt(const Layout *l, uint32_t index, uint32_t at)
{
	uint32_t pixel, green;
	if (l->kind == 0)
		return l->page[at];
	if (l->kind <= 2)
		return halfOf(l, at) >> l->shift;
	if (l->kind >= 5)
		return (l->page[at] + 256u - greenOf(l, index, at)) % 256;
	pixel = halfOf(l, at);
	green = pixel / 32 % 64;
	return index == 0 ? green : ((index == 1 ? pixel / 2048 : pixel % 32) + 32 - green / 2) % 32;
}

static void readColumn(Layout *l, uint32_t index)
{
	uint32_t i, any = 0;
	layColumn(l, index);
	if (l->kind == 1 || l->kind == 2) {
		for (i = 0; i < l->count; i++)
			any |= halfOf(l, l->places[i]);
		while (any && any % 2 == 0) {
			any /= 2;
			l->shift++;
		}
		l->width -= l->shift;
	}
	for (i = 0; i < l->count; i++)
		l->units[i] = unitAt(l, index, l->places[i]);
}

static uint32_t foldOf(int64_t residual, uint32_t width)
{
	int64_t size = (int64_t)1 << width;
	residual = ((residual % size) + size) % size;
	if (residual >= size / 2)
		residual -= size;
	return (uint32_t)(residual >= 0 ? 2 * residual : -2 * residual - 1);
}

static int64_t residualAt(const Layout *l, uint32_t i, uint32_t order)
{
	int64_t u = l->units[i], v, w;
	if (order == 0)
		return u;
	v = l->units[i - 1];
	w = i > 1 ? l->units[i - 2] : v;
	return order == 1 ? u - v : u - 2 * v + w;
}

typedef struct {
	uint8_t bits[16 * kPageLengthMax]; /* a bit each */
	uint32_t count;
	uint32_t first; /* of these, up to the end of the first column */
	uint8_t bytes[2 * kPageLengthMax];
	uint32_t length;
} Bits;

static void putBits(Bits *bits, uint32_t value, uint32_t length)
{
	while (length--)
		bits->bits[bits->count++] = (uint8_t)(value >> length & 1);
}

static uint32_t orderOf(const Layout *l)
{
	uint32_t count = l->count / 8 > 32 ? 32 : l->count / 8, least = l->count < 10 ? l->count : 10, i, order;
	uint64_t sums[3] = { 0, 0, 0 };
	if (count < least)
		count = least;
	for (i = (l->count - count) / 2 + 2; i < (l->count - count) / 2 + count; i++)
		for (order = 0; order < 3; order++)
			sums[order] += foldOf(residualAt(l, i, order), l->width) / 2;
	if (sums[2] < sums[1])
		return sums[2] < sums[0] ? 2 : 0;
	return sums[1] < sums[0] ? 1 : 0;
}

static uint32_t lengthWith(const uint32_t *z, uint32_t count, uint32_t k, uint32_t width)
{
	uint32_t length = count * (k + 1), i;
	for (i = 0; i < count; i++)
		length += z[i] / (1u << k) < 8 ? z[i] / (1u << k) : 7 + width - k;
	return length;
}

static uint32_t parameterOf(const uint32_t *z, uint32_t count, uint32_t width)
{
	uint64_t sum = 0;
	uint32_t most = 0, k = 0, i;
	for (i = 0; i < count; i++) {
		sum += z[i];
		most = z[i] > most ? z[i] : most;
	}
	if (most == 0)
		return 0;
	while (k < width - 1 && sum >= (uint64_t)(27 * count / 16) << k)
		k++;
	if (most >= 8u << k)
		while (k > 0 && lengthWith(z, count, k - 1, width) < lengthWith(z, count, k, width))
			k--;
	return k + 1;
}

static void putGroup(Bits *bits, const uint32_t *z, uint32_t count, uint32_t parameter, uint32_t width)
{
	uint32_t i, k = parameter - 1;
	for (i = 0; parameter && i < count; i++)
		if (parameter == width)
			putBits(bits, z[i], width);
		else if (z[i] >> k < 8) {
			putBits(bits, 1, (z[i] >> k) + 1);
			putBits(bits, z[i] % (1u << k), k);
		}
		else {
			putBits(bits, 0, 8);
			putBits(bits, z[i], width);
		}
}

static void putColumn(Bits *bits, Layout *l)
{
	uint32_t order = orderOf(l), before = 1 + l->width / 4, i, count, parameter, z[16];
	putBits(bits, order, 2);
	if (l->kind == 1 || l->kind == 2) {
		putBits(bits, l->shift > 0, 1);
		putBits(bits, l->shift, l->shift ? 4 : 0);
	}
	putBits(bits, l->units[0], l->width);
	for (i = 1; i < l->count; i += count) {
		for (count = 0; count < 16 && i + count < l->count; count++)
			z[count] = foldOf(residualAt(l, i + count, order), l->width);
		parameter = parameterOf(z, count, l->width);
		if (parameter == before)
			putBits(bits, 1, 1);
		else if (parameter == before + 1)
			putBits(bits, 3, 3);
		else if (parameter + 1 == before)
			putBits(bits, 2, 3);
		else
			putBits(bits, parameter, 7);
		putGroup(bits, z, count, parameter, l->width);
		before = parameter;
	}
}

static void specifiedEncodeAs(Bits *bits, const Page *page, uint32_t kind, uint32_t form)
{
	static Layout l;
	uint32_t index, i;
	l.pageLength = page->length;
	l.page = (const uint8_t *)page->words;
	l.kind = kind;
	l.form = form;
	layColumns(&l);
	bits->count = 0;
	putBits(bits, kind, 4);
	putBits(bits, form, 6);
	for (index = 0; index < l.columns; index++) {
		readColumn(&l, index);
		putColumn(bits, &l);
		if (index == 0)
			bits->first = bits->count;
	}
	while (bits->count % 16)
		putBits(bits, 0, 1);
	bits->length = bits->count / 8;
	memset(bits->bytes, 0, sizeof(bits->bytes));
	for (i = 0; i < bits->count && i < 8 * sizeof(bits->bytes); i++)
		if (bits->bits[i])
			bits->bytes[i / 16 * 2 + (i % 16 < 8)] |= (uint8_t)(1 << (15 - i % 16) % 8);
}

/* ---- ... which kind */

static uint32_t costOf(uint32_t z)
{
	uint32_t digits = 0;
	if (z == 0)
		return 1;
	for (; z; z /= 2)
		digits++;
	return 4 + 4 * digits;
}

static uint32_t pairOf(int64_t d, int64_t e, uint32_t width)
{
	return costOf((foldOf(d, width) + foldOf(e, width) + 1) / 2);
}

typedef struct {
	const uint8_t *b;
	uint32_t n, capacity;
	uint32_t kind, form, length;
} Finder;

static int isText(const Finder *f, uint32_t step)
{
	uint32_t i, printable = 0, lower = 0, rough = 0;
	for (i = 0; i < 24; i++) {
		int byte = f->b[64 + i * step], before = f->b[64 + i * step - 1];
		printable += (byte >= 9 && byte <= 13) || (byte >= 32 && byte <= 126);
		lower += (byte >= 97 && byte <= 122) || byte == 32;
		rough += abs(byte - before) > 8;
	}
	return printable >= 22 && lower >= 5 && rough >= 8;
}

static void offer(Finder *f, uint32_t kind, uint32_t form, uint32_t length)
{
	if (length >= f->length)
		return;
	f->kind = kind;
	f->form = form;
	f->length = length;
}

static uint32_t rowOf(const Finder *f, uint32_t stride, uint32_t i)
{
	return (2 + i * (f->n / stride - 3) / 24) * stride;
}

/* The row of sample `j`. */
static uint32_t turn(uint32_t j)
{
	return j % 6 * 4 + j / 6;
}

static uint32_t estimate(const Finder *f, uint32_t sum, uint32_t size)
{
	return sum * (f->n / 256) / (3 * size);
}

static uint32_t estimateBytes(const Finder *f, uint32_t stride)
{
	uint32_t j, sum = 0;
	for (j = 0; j < 24; j++) {
		const uint8_t *x = f->b + rowOf(f, stride, turn(j)) + j * stride / 24;
		sum += pairOf(x[stride] - x[0], x[0] - *(x - stride), 8);
	}
	return estimate(f, sum, 1);
}

static uint32_t estimateHalves(const Finder *f, uint32_t stride, int isBig)
{
	uint32_t j, i, sum = 0, first = 0, second = 0, any = 0;
	for (j = 0; j < 24; j++) {
		const uint8_t *x = f->b + rowOf(f, stride, turn(j)) + j * (stride / 2) / 24 * 2 + stride;
		int64_t u[4];
		for (i = 4; i--; x -= stride) {
			u[i] = isBig ? x[0] * 256 + x[1] : x[0] + x[1] * 256;
			any |= (uint32_t)u[i];
		}
		first += pairOf(u[3] - u[2], u[2] - u[1], 16);
		second += pairOf(u[3] - 2 * u[2] + u[1], u[2] - 2 * u[1] + u[0], 16);
		if (j % 6 < 5)
			continue;
		first = second < first ? second : first;
		for (; any && any % 2 == 0 && first >= 30; any /= 2)
			first -= 24;
		sum += first;
		first = second = any = 0;
	}
	return estimate(f, sum, 2);
}

static uint32_t estimatePixels16(const Finder *f, int isBig)
{
	static const uint32_t widths[] = { 6, 5, 5 };
	static Layout l;
	uint32_t j, index, sum = 0;
	l.kind = isBig ? 4 : 3;
	l.page = f->b;
	for (j = 0; j < 24; j++)
		for (index = 0; index < 3; index++) {
			uint32_t x = rowOf(f, 2, j);
			int64_t after = unitAt(&l, index, x + 2), now = unitAt(&l, index, x), before = unitAt(&l, index, x - 2);
			sum += pairOf(after - now, now - before, widths[index]);
		}
	return estimate(f, sum, 2);
}

static uint32_t estimatePixels(const Finder *f, uint32_t stride, uint32_t green)
{
	uint32_t j, sum = 0;
	int side;
	for (j = 0; j < 24; j++) {
		const uint8_t *x = f->b + rowOf(f, stride, j) + green, *y;
		int d = x[stride] - x[0], e = x[0] - *(x - stride);
		sum += pairOf(d, e, 8);
		for (side = -1; side <= 1; side += 2) {
			y = x + side;
			sum += pairOf(y[stride] - y[0] - d, y[0] - *(y - stride) - e, 8);
		}
		y = green == 1 ? x + 2 : x - 2;
		if (stride == 4)
			sum += pairOf(y[stride] - y[0], y[0] - *(y - stride), 8);
	}
	return estimate(f, sum, stride);
}

static void offerRecords(Finder *f, uint32_t lag)
{
	uint32_t length = estimateBytes(f, lag);
	offer(f, 0, lag - 1, length + length / 16 + 5 * lag);
	if (lag % 2)
		return;
	offer(f, 1, lag / 2 - 1, estimateHalves(f, lag, 0) + 5 * lag / 2);
	offer(f, 2, lag / 2 - 1, estimateHalves(f, lag, 1) + 5 * lag / 2);
}

static int findKind(Finder *f)
{
	uint32_t step = ((f->n - 64) / 24 - 1) | 1, lag, i, best = 1, second = 1, cost = UINT32_MAX,
			 secondCost = UINT32_MAX;
	if (isText(f, step))
		return 0;
	for (lag = 1; lag <= 64; lag += lag < 10 ? 1 : lag < 32 ? 2 : 4) {
		uint32_t s = 0;
		for (i = 64; i < 64 + 24 * step; i += step)
			s += costOf(foldOf(f->b[i] - f->b[i - lag], 8));
		if (s + s / 16 < cost) {
			secondCost = cost;
			second = best;
			cost = s;
			best = lag;
		}
		else if (s < secondCost) {
			secondCost = s;
			second = lag;
		}
	}
	if (cost >= 29 * 24 || cost * (f->n / 256) / 3 > f->capacity + f->capacity / 4)
		return 0;
	f->length = UINT32_MAX;
	offerRecords(f, best);
	offerRecords(f, second);
	offer(f, 3, 0, estimatePixels16(f, 0));
	offer(f, 4, 0, estimatePixels16(f, 1));
	for (i = 0; i < 3 && (best % 3 == 0 || second == 3); i++)
		offer(f, 5, (4 - i) % 3, estimatePixels(f, 3, i));
	for (i = 1; i < 3 && (best % 4 == 0 || second == 4); i++)
		offer(f, 6, (5 - i) % 4, estimatePixels(f, 4, i));
	return f->length <= f->capacity;
}

/* `bits->length` is 0 if there is no block. */
static void specifiedEncode(Bits *bits, const Page *page, uint32_t capacity)
{
	Finder f = { (const uint8_t *)page->words, page->length, capacity, 0, 0, 0 };
	bits->length = 0;
	if (!findKind(&f))
		return;
	specifiedEncodeAs(bits, page, f.kind, f.form);
	if (bits->length > capacity || ((f.kind == 3 || f.kind == 4) && bits->first / 16 * 2 > capacity * 9 / 16))
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

static int64_t unfoldOf(uint32_t z)
{
	return z % 2 ? -(int64_t)(z + 1) / 2 : (int64_t)z / 2;
}

static int64_t getResidual(Source *s, uint32_t parameter, uint32_t width)
{
	uint32_t zeros = 0, k = parameter - 1;
	if (parameter == 0)
		return 0;
	if (parameter == width)
		return unfoldOf(getBits(s, width));
	while (zeros < 8 && !getBits(s, 1))
		zeros++;
	return unfoldOf(zeros == 8 ? getBits(s, width) : zeros * (1u << k) + getBits(s, k));
}

static int getColumn(Source *s, Layout *l)
{
	uint32_t order = getBits(s, 2), i, parameter;
	if ((l->kind == 1 || l->kind == 2) && getBits(s, 1)) {
		l->shift = getBits(s, 4);
		l->width -= l->shift;
	}
	if (order == 3)
		return 0;
	l->units[0] = getBits(s, l->width);
	parameter = 1 + l->width / 4;
	for (i = 1; i < l->count; i++) {
		int64_t unit;
		if (i % 16 == 1 && !getBits(s, 1)) {
			if (getBits(s, 1))
				parameter = getBits(s, 1) ? parameter + 1 : parameter - 1;
			else
				parameter = getBits(s, 5);
		}
		if (parameter > l->width)
			return 0;
		l->units[i] = 0;
		unit = getResidual(s, parameter, l->width) - residualAt(l, i, order);
		l->units[i] = (uint32_t)(unit & (((int64_t)1 << l->width) - 1));
	}
	return 1;
}

static void putHalf(const Layout *l, uint8_t *page, uint32_t at, uint32_t half)
{
	page[at + (l->kind == 1 || l->kind == 3)] = (uint8_t)(half >> 8);
	page[at + (l->kind == 2 || l->kind == 4)] = (uint8_t)half;
}

/* Greens come first, or in the second of two rounds. */
static void storeColumn(const Layout *l, uint8_t *page, uint32_t index)
{
	uint32_t i;
	for (i = 0; i < l->count; i++) {
		uint32_t at = l->places[i], unit = l->units[i], pixel, green;
		if (l->kind == 0 || l->kind >= 5)
			page[at] = (uint8_t)unit;
		else if (l->kind <= 2)
			putHalf(l, page, at, unit << l->shift);
		else {
			pixel = index ? halfOf(l, at) : 0;
			green = pixel / 32 % 64;
			unit = index ? (unit + green / 2) % 32 : unit;
			putHalf(l, page, at, pixel + (index == 0 ? unit * 32 : index == 1 ? unit * 2048 : unit));
		}
	}
}

static int specifiedDecode(const uint8_t *bytes, uint32_t length, uint8_t *page, uint32_t pageLength)
{
	static Layout l;
	Source s = { bytes, length, 0 };
	uint32_t index, i;
	if (length == 0 || length % 2)
		return 0;
	l.pageLength = pageLength;
	l.page = page;
	l.kind = getBits(&s, 4);
	l.form = getBits(&s, 6);
	if (!hasForm(l.kind, l.form))
		return 0;
	layColumns(&l);
	for (index = 0; index < l.columns; index++) {
		layColumn(&l, index);
		if (!getColumn(&s, &l))
			return 0;
		storeColumn(&l, page, index);
	}
	for (index = 0; l.kind >= 5 && index < l.columns; index++) {
		layColumn(&l, index);
		for (i = 0; i < l.count; i++)
			page[l.places[i]] = (uint8_t)(page[l.places[i]] + greenOf(&l, index, l.places[i]));
	}
	return (s.at + 15) / 16 * 2 == length;
}

/* ---- encoder ---- */

static Bits specified;

/* Capacities to encode for: those the engine uses, for short and long blocks. */
static const uint32_t shares[] = { 256, 230, 128, 40 };

/* The encoder does what the specification says, byte for byte, and the page comes back. Other implementations rely on it. */
static int specification(void)
{
	uint32_t i, j, length, blocks = 0;
	int verdict;
	for (i = 0; i < pageCount; i++)
		for (j = 0; j < sizeof(shares) / sizeof(shares[0]); j++) {
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
	CHECK(declined > pageCount / 8, "only %u pages declined", (unsigned)declined);
	CHECK(blocks > pageCount / 4, "only %u blocks of %u pages", (unsigned)blocks, (unsigned)pageCount);
	return 1;
}

/* Whatever else changes, the codec must find what it is for. */
static int compresses(void)
{
	uint32_t i, length;
	for (i = 0; i < pageCount; i++) {
		const Page *page = &pages[i];
		if (!encode(page, page->length, &length))
			return 0;
		if (page->length == kPageLengthMax && (!strncmp(page->name, "pixels", 6) || !strncmp(page->name, "records", 7)))
			CHECK(length && length < page->length * 3 / 4, "%s: took %u bytes", page->name, (unsigned)length);
		if (!strncmp(page->name, "random-bits 8", 13))
			CHECK(!length, "%s: took %u bytes", page->name, (unsigned)length);
	}
	return 1;
}

/* At every capacity the block is the same or none, and nothing is written behind the margin. */
static int everyCapacity(void)
{
	static uint8_t expected[kPageLengthMax];
	uint32_t i, capacity, length, full;
	for (i = 0; i < pageCount; i += 1 + pageCount / 150) {
		const Page *page = &pages[i];
		if (!encode(page, page->length, &full))
			return 0;
		memcpy(expected, block, full);
		for (capacity = 1; capacity <= page->length; capacity++) {
			if (!encode(page, capacity, &length))
				return 0;
			CHECK(length == full || !length, "%s: %u bytes with capacity %u, %u with all", page->name, (unsigned)length,
				(unsigned)capacity, (unsigned)full);
			CHECK(!memcmp(block, expected, length), "%s: other block with capacity %u", page->name, (unsigned)capacity);
		}
	}
	return 1;
}

/* ---- decoder ---- */

/* Every kind and form, for any page: even those the encoder would never choose decode. */
static int everyForm(void)
{
	uint32_t i, kind, form;
	int verdict;
	for (i = 0; i < pageCount; i += 1 + pageCount / 40)
		for (kind = 0; kind < 16; kind++)
			for (form = 0; form < 64; form++) {
				const Page *page = &pages[i];
				if (!hasForm(kind, form)) {
					uint8_t head[64] = { (uint8_t)(form << 6), (uint8_t)(kind << 4 | form >> 2) };
					if (!decode(head, sizeof(head), page->length, 0, &verdict))
						return 0;
					CHECK(!verdict, "kind %u, form %u: accepted", (unsigned)kind, (unsigned)form);
					continue;
				}
				specifiedEncodeAs(&specified, page, kind, form);
				if (!decode(specified.bytes, specified.length, page->length, 0xFF, &verdict))
					return 0;
				CHECK(verdict && !memcmp(decoded, page->words, page->length), "%s: kind %u, form %u: came back changed",
					page->name, (unsigned)kind, (unsigned)form);
			}
	return 1;
}

/* A block is refused if any byte is missing or one is added. */
static int truncated(void)
{
	static uint8_t whole[kBlockLengthMax];
	uint32_t i, length, cut;
	int verdict;
	for (i = 0; i < pageCount; i += 1 + pageCount / 300) {
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

/* Random bytes behind a mostly valid head; half the time few of them, so that the end comes early. */
static uint32_t makeRandom(uint8_t *bytes)
{
	uint32_t length = randomBelow(randomBelow(2) ? 40 : 3000), i, fill = randomBelow(3);
	for (i = 0; i < length; i++)
		bytes[i] = (uint8_t)(fill == 0 ? randomBits() : fill == 1 ? randomBits() | randomBits() : 0xFF);
	if (length > 1 && randomBelow(8)) {
		bytes[1] = (uint8_t)(randomBelow(7) << 4 | randomBelow(2) * randomBelow(16));
		bytes[0] = (uint8_t)(randomBelow(4) << 6 | randomBelow(64));
	}
	return length;
}

/* Makes hostile `bytes`: random ones, or a block with some bits flipped, perhaps truncated. Returns their length. */
static uint32_t makeHostile(uint8_t *bytes, const Page *page)
{
	uint32_t length = zramColumnsEncode(page->words, page->length, bytes, page->length), changes = 1 + randomBelow(4);
	if (!length || length == kZramDeclined || randomBelow(4) == 0)
		return makeRandom(bytes);
	while (changes--) {
		uint8_t *where = bytes + (randomBelow(3) ? randomBelow(length) : randomBelow(length < 16 ? length : 16));
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
	static uint8_t bytes[kBlockLengthMax + kZramColumnsMargin], expected[kPageLengthMax];
	uint32_t i, accepted = 0, count = hostileBlocks / 10;
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
	CHECK(accepted < count / 2, "%u blocks were accepted", (unsigned)accepted);
	return 1;
}

int main(int argc, char **argv)
{
	readArguments(argc, argv);
	addGenerated();
	printf(
		"# seed %u, %u pages, %u hostile blocks\n", (unsigned)seed, (unsigned)pageCount, (unsigned)hostileBlocks / 10);

	test("specification, and back", specification);
	test("compresses", compresses);
	test("every capacity", everyCapacity);
	test("every kind and form", everyForm);
	test("truncated blocks", truncated);
	test("hostile blocks", hostile);
	printf("# digest %08x\n", (unsigned)digest);
	return summary();
}
