/*
 * Finds out what a page holds, by a few samples. zramColumnsKind.h is the contract, DESIGN.md the specification.
 *
 * It first rules out text. Then it finds the lags at which bytes are most alike, one of which should be the record's
 * length. For these it estimates, kind by kind, how many bits the units' differences would take.
 */

#include "zramColumnsKind.h"

#include "zramColumnsBlock.h"

/* The specification's numbers. Changing one changes blocks. */
enum {
	kLetters = 24, /* bytes sampled to recognise text */
	kPrintableLeast = 22,
	kRoughLeast = 8,
	kWordsLeast = 5,
	kLagSamples = 24,
	kPairs = 24,     /* pairs of differences sampled to estimate a kind, ... */
	kRounds = 4,     /* ... in this many rounds, each of which counts with its better order */
	kColumnCost = 5, /* bytes that a column costs beside its units */
	kNoiseCost = 29  /* quarters of a bit; if a byte costs this much at the best lag, the page is noise */
};

/* --- costs ------------------------------------------------------------------------------------------------------ */

/* What a folded difference costs, in quarters of a bit: 0 costs a quarter, a number of n bits costs n + 1 bits. */
#define C(bits) (4 * (bits) + 4)
#define C2(cost) cost, cost
#define C4(cost) C2(cost), C2(cost)
#define C8(cost) C4(cost), C4(cost)
#define C16(cost) C8(cost), C8(cost)
#define C32(cost) C16(cost), C16(cost)
#define C64(cost) C32(cost), C32(cost)
#define C128(cost) C64(cost), C64(cost)
static const uint8_t costs[256] = { 1, C(1), C2(C(2)), C4(C(3)), C8(C(4)), C16(C(5)), C32(C(6)), C64(C(7)),
	C128(C(8)) };

/* Folds a difference modulo 2^width: 0, -1, 1, -2 ... become 0, 1, 2, 3 ... */
ZRAM_INLINE uint32_t fold(uint32_t difference, uint32_t width)
{
	int32_t high = (int32_t)(difference << (32 - width));
	return (uint32_t)((high >> (31 - width)) ^ (high >> 31));
}

/* What two differences cost each, by their mean, so that a large one among small ones counts. */
ZRAM_INLINE uint32_t pairCost(uint32_t first, uint32_t second, uint32_t width)
{
	uint32_t mean = (fold(first, width) + fold(second, width) + 1) >> 1;
	return mean < 256 ? costs[mean] : 4 * 8 + costs[(uint8_t)(mean >> 8)];
}

/* Likewise as a call, where inlining is not worth its code. */
static ZRAM_NOINLINE uint32_t fieldCost(uint32_t first, uint32_t second, uint32_t width)
{
	return pairCost(first, second, width);
}

/* --- text ------------------------------------------------------------------------------------------------------- */

/* Text: nearly all bytes are printable, many are letters and spaces, and neighbours differ a lot. */
static int isText(const uint8_t *bytes, uint32_t step)
{
	uint32_t printable = 0, rough = 0, words = 0;
	for (uint32_t i = 0; i < kLetters; i++, bytes += step) {
		uint32_t byte = *bytes;
		printable += byte - ' ' <= '~' - ' ' || byte - '\t' <= '\r' - '\t';
		words += byte - 'a' <= 'z' - 'a' || byte == ' ';
		rough += byte - bytes[-1] + 8 > 16;
	}
	return printable >= kPrintableLeast && rough >= kRoughLeast && words >= kWordsLeast;
}

/* --- lags ------------------------------------------------------------------------------------------------------- */

static const uint8_t lags[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 36, 40, 44,
	48, 52, 56, 60, 64 };

typedef struct {
	uint32_t best;
	uint32_t second;
	uint32_t bestCost;
} Lags;

/* What the samples of a lag cost; it stops adding up at `most`. */
ZRAM_INLINE uint32_t lagCost(const uint8_t *bytes, uint32_t step, uint32_t lag, uint32_t most)
{
	const uint8_t *end = bytes + kLagSamples * step, *before = bytes - lag;
	uint32_t sum = 0;
	for (; bytes != end && sum < most; bytes += step, before += step)
		sum += costs[fold((uint32_t)*bytes - *before, 8)];
	return sum;
}

/* A longer lag has to be better by a sixteenth, since multiples of a record's length do about as well. */
static void findLags(Lags *found, const uint8_t *bytes, uint32_t step)
{
	uint32_t secondCost = UINT32_MAX;
	*found = (Lags){ 1, 1, UINT32_MAX };
	for (uint32_t i = 0; i < sizeof(lags); i++) {
		uint32_t cost = lagCost(bytes, step, lags[i], secondCost);
		if (cost + (cost >> 4) < found->bestCost) {
			secondCost = found->bestCost;
			found->second = found->best;
			found->bestCost = cost;
			found->best = lags[i];
		}
		else if (cost < secondCost) {
			secondCost = cost;
			found->second = lags[i];
		}
	}
}

/* --- estimates -------------------------------------------------------------------------------------------------- */

/* Where samples are taken: rows of `stride` bytes, from the third one to the last but one. */
typedef struct {
	const uint8_t *page;
	uint32_t pageLength;
	uint32_t stride;
	uint32_t rows;
	uint32_t most; /* once the cost reaches a sample's size times this, further samples cannot help */
} Rows;

/* `bound`: an estimated length above which it no longer matters how long. */
static Rows rowsOf(const uint8_t *page, uint32_t pageLength, uint32_t stride, uint32_t bound)
{
	return (Rows){ page, pageLength, stride, pageLength / stride - 3, bound * (kPairs / 8) / (pageLength >> 8) + 1 };
}

ZRAM_INLINE const uint8_t *rowAt(const Rows *rows, uint32_t place)
{
	return rows->page + (2 + place * rows->rows / kPairs) * rows->stride;
}

/* Converts the cost of kPairs samples of `size` bytes into the length of a block. */
static uint32_t toLength(const Rows *rows, uint32_t cost, uint32_t size)
{
	return cost * (rows->pageLength >> 8) / (kPairs / 8 * size);
}

static uint32_t estimateBytes(const Rows *rows)
{
	const uint32_t stride = rows->stride, most = rows->most;
	uint32_t sum = 0;
	for (uint32_t round = 0, sample = 0; round < kRounds && sum < most; round++)
		for (uint32_t place = round; place < kPairs; place += kRounds, sample++) {
			const uint8_t *p = rowAt(rows, place) + sample * stride / kPairs;
			sum += fieldCost((uint32_t)p[stride] - *p, (uint32_t)*p - *(p - stride), 8);
		}
	return toLength(rows, sum, 1);
}

ZRAM_INLINE uint32_t halfAt(const uint8_t *bytes, uint32_t isBig)
{
	return bytes[isBig] | (uint32_t)bytes[1 - isBig] << 8;
}

/* Takes off the lowest bits that are 0 in all of a round's units: they cost nothing. */
static uint32_t lessZeros(uint32_t cost, uint32_t any)
{
	for (; any && !(any & 1) && cost >= 5 * (kPairs / kRounds); any >>= 1)
		cost -= 4 * (kPairs / kRounds);
	return cost;
}

static ZRAM_NOINLINE uint32_t estimateHalves(const Rows *rows, uint32_t isBig)
{
	const uint32_t stride = rows->stride, most = rows->most * 2;
	uint32_t sum = 0;
	for (uint32_t round = 0, sample = 0; round < kRounds && sum < most; round++) {
		uint32_t first = 0, second = 0, any = 0; /* costs of orders 1 and 2, and all units combined by | */
		for (uint32_t place = round; place < kPairs; place += kRounds, sample++) {
			const uint8_t *p = rowAt(rows, place) + sample * (stride >> 1) / kPairs * 2;
			uint32_t next = halfAt(p + stride, isBig), now = halfAt(p, isBig);
			uint32_t last = halfAt(p -= stride, isBig), before = halfAt(p - stride, isBig);
			any |= next | now | last | before;
			next -= now;
			now -= last;
			last -= before;
			first += pairCost(next, now, 16);
			second += pairCost(next - now, now - last, 16);
		}
		sum += lessZeros(second < first ? second : first, any);
	}
	return toLength(rows, sum, 2);
}

/* The fields of a 16-bit pixel side by side: green in the middle, red and blue less half of green. */
ZRAM_INLINE uint32_t fieldsAt(const uint8_t *bytes, uint32_t isBig)
{
	uint32_t pixel = halfAt(bytes, isBig), half = pixel >> (kGreenShift + 1);
	uint32_t red = (pixel >> kRedShift) - half, blue = pixel - half;
	return (red << 27) | (pixel << 5 & 0xFC00) | (blue & 31);
}

static ZRAM_NOINLINE uint32_t estimatePixels16(const Rows *rows, uint32_t isBig)
{
	const uint32_t most = rows->most * 2;
	uint32_t sum = 0;
	for (uint32_t place = 0; place < kPairs && sum < most; place++) {
		const uint8_t *p = rowAt(rows, place);
		uint32_t next = fieldsAt(p + 2, isBig), now = fieldsAt(p, isBig), last = fieldsAt(p - 2, isBig);
		sum += fieldCost((next >> 10) - (now >> 10), (now >> 10) - (last >> 10), kGreenWidth);
		sum += fieldCost((next >> 27) - (now >> 27), (now >> 27) - (last >> 27), kRedWidth);
		sum += fieldCost(next - now, now - last, kRedWidth);
	}
	return toLength(rows, sum, 2);
}

/* What the byte `beside` bytes from green costs, relative to green, whose own differences are `a` and `b`. */
static uint32_t relativeCost(const uint8_t *p, int32_t beside, uint32_t stride, uint32_t a, uint32_t b)
{
	const uint8_t *at = p + beside;
	return fieldCost(at[stride] - *at - a, *at - *(at - stride) - b, 8);
}

/* `green`: its place in a row, which is a pixel. */
static ZRAM_NOINLINE uint32_t estimatePixels(const Rows *rows, uint32_t green)
{
	const uint32_t stride = rows->stride, most = rows->most * stride;
	uint32_t sum = 0;
	for (uint32_t place = 0; place < kPairs && sum < most; place++) {
		const uint8_t *p = rowAt(rows, place) + green;
		uint32_t a = (uint32_t)p[stride] - *p, b = (uint32_t)*p - *(p - stride);
		sum += fieldCost(a, b, 8);
		sum += relativeCost(p, -1, stride, a, b);
		sum += relativeCost(p, 1, stride, a, b);
		if (stride == 4)
			sum += relativeCost(p, green == 1 ? 2 : -2, stride, 0, 0);
	}
	return toLength(rows, sum, stride);
}

/* --- the choice ------------------------------------------------------------------------------------------------- */

static void offer(zramColumnsKind *found, uint32_t kind, uint32_t form, uint32_t length)
{
	if (length < found->length)
		*found = (zramColumnsKind){ kind, form, length };
}

static void offerRecords(zramColumnsKind *found, const uint8_t *page, uint32_t pageLength, uint32_t lag)
{
	const Rows rows = rowsOf(page, pageLength, lag, found->length);
	uint32_t length = estimateBytes(&rows);

	offer(found, kBytes, lag - 1, length + (length >> 4) + kColumnCost * lag);
	if (!(lag & 1))
		for (uint32_t isBig = 0, columns = lag >> 1; isBig < 2; isBig++)
			offer(found, kHalves + isBig, columns - 1, estimateHalves(&rows, isBig) + kColumnCost * columns);
}

/* Offers pixels of `stride` bytes. */
static void offerPixels(zramColumnsKind *found, const uint8_t *page, uint32_t pageLength, uint32_t stride)
{
	const Rows rows = rowsOf(page, pageLength, stride, found->length);

	if (stride == 2)
		for (uint32_t isBig = 0; isBig < 2; isBig++)
			offer(found, kPixels16 + isBig, 0, estimatePixels16(&rows, isBig));
	else if (stride == 3)
		for (uint32_t green = 0; green < 3; green++)
			offer(found, kPixels24, (4 - green) % 3, estimatePixels(&rows, green));
	else
		for (uint32_t green = 1; green < 3; green++)
			offer(found, kPixels32, (5 - green) % 4, estimatePixels(&rows, green));
}

int zramColumnsFindKind(const uint8_t *page, uint32_t pageLength, uint32_t capacity, zramColumnsKind *found)
{
	const uint8_t *bytes = page + kRecordMax;
	const uint32_t step = ((pageLength - kRecordMax) / kLagSamples - 1) | 1;
	Lags lag;

	if (isText(bytes, step))
		return 0;
	findLags(&lag, bytes, step);
	if (lag.bestCost >= kLagSamples * kNoiseCost
		|| lag.bestCost * (pageLength >> 8) / (kLagSamples / 8) > capacity + (capacity >> 2))
		return 0;
	found->length = capacity + 1;
	offerRecords(found, page, pageLength, lag.best);
	offerRecords(found, page, pageLength, lag.second);
	offerPixels(found, page, pageLength, 2);
	for (uint32_t stride = 3; stride <= 4; stride++)
		if (lag.best % stride == 0 || lag.second == stride)
			offerPixels(found, page, pageLength, stride);
	return found->length <= capacity;
}
