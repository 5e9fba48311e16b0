/*
	littlefs on a Flash that is JavaScript: the file system's blocks come and go through functions (littlefs.ts).

	The file system itself is the SDK's, or any other copy of littlefs 2. A call into JavaScript may move what is on the XS
	heap, so whatever littlefs holds a pointer to is memory that does not move: its own, or this record.
*/
#include "xsmc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lfs.h"

#define PATH_LENGTH 256
#define PIECE_LENGTH 1024

typedef struct {
	lfs_t lfs;
	struct lfs_config config;
	lfs_file_t file;
	xsMachine *the;
	xsSlot block; /* a HostBuffer: the block that load and store transfer */
	xsSlot load;
	xsSlot store;
	xsSlot erase;
	uint8_t *bytes; /* of block */
	uint8_t piece[PIECE_LENGTH];
	int isMounted;
} Volume;

static void mark(xsMachine *the, void *data, xsMarkRoot markRoot)
{
	Volume *volume = data;
	if (volume) {
		(*markRoot)(the, &volume->block);
		(*markRoot)(the, &volume->load);
		(*markRoot)(the, &volume->store);
		(*markRoot)(the, &volume->erase);
	}
}

/* Without unmounting: that would write nothing, and JavaScript cannot be called any more. */
void xs_littlefs_destructor(void *data)
{
	Volume *volume = data;
	if (!volume)
		return;
	free(volume->config.read_buffer);
	free(volume->config.prog_buffer);
	free(volume->config.lookahead_buffer);
	free(volume);
}

static const xsHostHooks hooks = {
	.destructor = xs_littlefs_destructor,
	.marker = mark,
};

static Volume *volumeOf(xsMachine *the)
{
	Volume *volume = xsmcGetHostDataValidate(xsThis, (void *)&hooks);
	if (!volume)
		xsUnknownError("littlefs: closed");
	return volume;
}

/* The functions of littlefs.ts throw nothing: they answer 0 or an error of littlefs. */
static int call(Volume *volume, xsSlot *function, lfs_block_t block)
{
	xsMachine *the = volume->the;
	xsResult = xsCallFunction1(*function, xsUndefined, xsInteger((xsIntegerValue)block));
	return xsmcToInteger(xsResult);
}

static int readBlock(
	const struct lfs_config *config, lfs_block_t block, lfs_off_t offset, void *into, lfs_size_t length)
{
	Volume *volume = config->context;
	int error = call(volume, &volume->load, block);
	if (!error)
		memcpy(into, volume->bytes + offset, length);
	return error;
}

/* Blocks are programmed as a whole: prog_size is block_size. */
static int programBlock(
	const struct lfs_config *config, lfs_block_t block, lfs_off_t offset, const void *from, lfs_size_t length)
{
	Volume *volume = config->context;
	memcpy(volume->bytes + offset, from, length);
	return call(volume, &volume->store, block);
}

static int eraseBlock(const struct lfs_config *config, lfs_block_t block)
{
	Volume *volume = config->context;
	return call(volume, &volume->erase, block);
}

static int doNothing(const struct lfs_config *config)
{
	(void)config;
	return 0;
}

static void configure(Volume *volume, lfs_size_t blockLength, lfs_size_t blockCount)
{
	struct lfs_config *config = &volume->config;
	config->context = volume;
	config->read = readBlock;
	config->prog = programBlock;
	config->erase = eraseBlock;
	config->sync = doNothing;
#ifdef LFS_THREADSAFE
	config->lock = doNothing;
	config->unlock = doNothing;
#endif
	config->read_size = blockLength;
	config->prog_size = blockLength;
	config->cache_size = blockLength;
	config->block_size = blockLength;
	config->block_count = blockCount;
	config->block_cycles = -1; /* RAM does not wear out */
	config->lookahead_size = (blockCount + 63) / 64 * 8;
	config->read_buffer = malloc(blockLength);
	config->prog_buffer = malloc(blockLength);
	config->lookahead_buffer = malloc(config->lookahead_size);
}

/* (block, blockCount, load, store, erase) */
void xs_littlefs(xsMachine *the)
{
	xsIntegerValue blockCount = xsmcToInteger(xsArg(1));
	void *bytes;
	xsUnsignedValue blockLength;
	Volume *volume;

	xsSetHostHooks(xsThis, &hooks);
	if (xsmcGetBufferWritable(xsArg(0), &bytes, &blockLength) != xsBufferNonrelocatable)
		xsTypeError("littlefs: block is no HostBuffer");
	volume = calloc(1, sizeof(Volume));
	if (!volume)
		xsUnknownError("littlefs: out of memory");
	volume->the = the;
	volume->bytes = bytes;
	volume->block = xsArg(0);
	volume->load = xsArg(2);
	volume->store = xsArg(3);
	volume->erase = xsArg(4);
	configure(volume, blockLength, (lfs_size_t)blockCount);
	xsmcSetHostData(xsThis, volume);
	if (!volume->config.read_buffer || !volume->config.prog_buffer || !volume->config.lookahead_buffer)
		xsUnknownError("littlefs: out of memory");
}

static void check(xsMachine *the, int error, const char *what)
{
	if (error < 0)
		xsUnknownError("littlefs: error %d: %s", error, what);
}

void xs_littlefs_format(xsMachine *the)
{
	Volume *volume = volumeOf(the);
	check(the, lfs_format(&volume->lfs, &volume->config), "format");
}

void xs_littlefs_mount(xsMachine *the)
{
	Volume *volume = volumeOf(the);
	check(the, lfs_mount(&volume->lfs, &volume->config), "mount");
	volume->isMounted = 1;
}

void xs_littlefs_close(xsMachine *the)
{
	Volume *volume = xsmcGetHostDataValidate(xsThis, (void *)&hooks);
	if (!volume)
		return;
	if (volume->isMounted)
		lfs_unmount(&volume->lfs);
	xsmcSetHostData(xsThis, NULL);
	xs_littlefs_destructor(volume);
}

/* The path in argument 0. */
static const char *toPath(xsMachine *the, char *path)
{
	xsmcToStringBuffer(xsArg(0), path, PATH_LENGTH);
	return path;
}

void xs_littlefs_makeFolder(xsMachine *the)
{
	char path[PATH_LENGTH];
	Volume *volume = volumeOf(the);
	int error = lfs_mkdir(&volume->lfs, toPath(the, path));
	if (error != LFS_ERR_EXIST)
		check(the, error, path);
}

/* Copies a piece between the record and the buffer in `slot`, whose address is fetched anew each time. */
static void transfer(xsMachine *the, Volume *volume, xsSlot *slot, lfs_size_t offset, lfs_size_t count, int isOut)
{
	void *bytes;
	xsUnsignedValue length;
	xsmcGetBufferReadable(*slot, &bytes, &length);
	if (isOut)
		memcpy(volume->piece, (uint8_t *)bytes + offset, count);
	else
		memcpy((uint8_t *)bytes + offset, volume->piece, count);
}

static int open(Volume *volume, const char *path, int flags)
{
	return lfs_file_open(&volume->lfs, &volume->file, path, flags);
}

/* The first error counts. */
static int finish(Volume *volume, int error)
{
	int closing = lfs_file_close(&volume->lfs, &volume->file);
	return (error < 0) ? error : closing;
}

/* (path, buffer) */
void xs_littlefs_write(xsMachine *the)
{
	char path[PATH_LENGTH];
	Volume *volume = volumeOf(the);
	void *bytes;
	xsUnsignedValue length;
	int error = 0;

	xsmcGetBufferReadable(xsArg(1), &bytes, &length);
	check(the, open(volume, toPath(the, path), LFS_O_WRONLY | LFS_O_CREAT | LFS_O_TRUNC), path);
	for (lfs_size_t offset = 0; (offset < length) && (error >= 0); offset += PIECE_LENGTH) {
		lfs_size_t count = (length - offset < PIECE_LENGTH) ? length - offset : PIECE_LENGTH;
		transfer(the, volume, &xsArg(1), offset, count, 1);
		error = (int)lfs_file_write(&volume->lfs, &volume->file, volume->piece, count);
	}
	check(the, finish(volume, error), path);
}

/* (path): its length */
void xs_littlefs_lengthOf(xsMachine *the)
{
	char path[PATH_LENGTH];
	Volume *volume = volumeOf(the);
	struct lfs_info info;
	check(the, lfs_stat(&volume->lfs, toPath(the, path), &info), path);
	xsmcSetInteger(xsResult, (xsIntegerValue)info.size);
}

/* (path, buffer): as many bytes as the buffer has */
void xs_littlefs_read(xsMachine *the)
{
	char path[PATH_LENGTH];
	Volume *volume = volumeOf(the);
	void *bytes;
	xsUnsignedValue length;
	int error = 0;

	xsmcGetBufferWritable(xsArg(1), &bytes, &length);
	check(the, open(volume, toPath(the, path), LFS_O_RDONLY), path);
	for (lfs_size_t offset = 0; (offset < length) && (error >= 0); offset += PIECE_LENGTH) {
		lfs_size_t count = (length - offset < PIECE_LENGTH) ? length - offset : PIECE_LENGTH;
		error = (int)lfs_file_read(&volume->lfs, &volume->file, volume->piece, count);
		if (error >= 0)
			transfer(the, volume, &xsArg(1), offset, count, 0);
	}
	check(the, finish(volume, error), path);
}

void xs_littlefs_get_blocksUsed(xsMachine *the)
{
	Volume *volume = volumeOf(the);
	int count = (int)lfs_fs_size(&volume->lfs);
	check(the, count, "size");
	xsmcSetInteger(xsResult, count);
}
