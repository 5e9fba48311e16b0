/*
	littlefs on a Flash that is implemented in JavaScript: blocks are read, written and erased by functions of littlefs.ts.

	The file system itself is the SDK's, or any other copy of littlefs 2. A call into JavaScript may move what is on the XS
	heap, so everything that littlefs keeps a pointer to lies in memory that does not move: its own, or this record.
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
	uint8_t *inUse; /* a bit a block, while trimming */
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

/* Does not unmount: that would write nothing, and JavaScript cannot be called any more. */
void xs_littlefs_destructor(void *data)
{
	Volume *volume = data;
	if (!volume)
		return;
	free(volume->config.read_buffer);
	free(volume->config.prog_buffer);
	free(volume->config.lookahead_buffer);
	free(volume->inUse);
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

/* The functions in littlefs.ts do not throw: they return 0 or a littlefs error code. */
static int call(Volume *volume, xsSlot *function, lfs_block_t block)
{
	xsMachine *the = volume->the;
	xsResult = xsCallFunction1(*function, xsUndefined, xsInteger((xsIntegerValue)block));
	return xsmcToInteger(xsResult);
}

/* Erases the blocks from `first` up to but not including `end`. */
static int eraseBlocks(Volume *volume, lfs_block_t first, lfs_block_t end)
{
	xsMachine *the = volume->the;
	xsSlot from = xsInteger((xsIntegerValue)first);
	xsSlot to = xsInteger((xsIntegerValue)end);
	xsResult = xsCallFunction2(volume->erase, xsUndefined, from, to);
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

/* Blocks are programmed whole: prog_size is block_size. */
static int programBlock(
	const struct lfs_config *config, lfs_block_t block, lfs_off_t offset, const void *from, lfs_size_t length)
{
	Volume *volume = config->context;
	memcpy(volume->bytes + offset, from, length);
	return call(volume, &volume->store, block);
}

static int eraseBlock(const struct lfs_config *config, lfs_block_t block)
{
	return eraseBlocks(config->context, block, block + 1);
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
	volume->inUse = malloc((blockCount + 7) / 8);
}

static int isComplete(const Volume *volume)
{
	const struct lfs_config *config = &volume->config;
	return config->read_buffer && config->prog_buffer && config->lookahead_buffer && volume->inUse;
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
		xsTypeError("littlefs: block must be a HostBuffer");
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
	if (!isComplete(volume))
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

/* (path): 0 or an error. A folder that exists already is not an error. */
void xs_littlefs_makeFolder(xsMachine *the)
{
	char path[PATH_LENGTH];
	Volume *volume = volumeOf(the);
	int error = lfs_mkdir(&volume->lfs, toPath(the, path));
	xsmcSetInteger(xsResult, (error == LFS_ERR_EXIST) ? 0 : error);
}

/* (path): 0 or an error */
void xs_littlefs_remove(xsMachine *the)
{
	char path[PATH_LENGTH];
	Volume *volume = volumeOf(the);
	xsmcSetInteger(xsResult, lfs_remove(&volume->lfs, toPath(the, path)));
}

/* Copies a piece between the record and the buffer in `slot`, whose address is fetched again each time. */
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

/* littlefs reports a lack of room to commit a name as a name too long. Names that are too long never get here: PATH_LENGTH. */
static int open(Volume *volume, const char *path, int flags)
{
	int error = lfs_file_open(&volume->lfs, &volume->file, path, flags);
	return (error == LFS_ERR_NAMETOOLONG) ? LFS_ERR_NOSPC : error;
}

/* The first error, if there are two. */
static int finish(Volume *volume, int error)
{
	int closing = lfs_file_close(&volume->lfs, &volume->file);
	return (error < 0) ? error : closing;
}

/* The bytes in argument 1, piece by piece. */
static int writeFile(xsMachine *the, Volume *volume, const char *path)
{
	void *bytes;
	xsUnsignedValue length;
	int error;

	xsmcGetBufferReadable(xsArg(1), &bytes, &length);
	error = open(volume, path, LFS_O_WRONLY | LFS_O_CREAT | LFS_O_TRUNC);
	if (error < 0)
		return error;
	for (lfs_size_t offset = 0; (offset < length) && (error >= 0); offset += PIECE_LENGTH) {
		lfs_size_t count = (length - offset < PIECE_LENGTH) ? length - offset : PIECE_LENGTH;
		transfer(the, volume, &xsArg(1), offset, count, 1);
		error = (int)lfs_file_write(&volume->lfs, &volume->file, volume->piece, count);
	}
	return finish(volume, error);
}

/*
	(path, buffer): 0 or an error. After an error the file is as before: littlefs does not commit a file that failed, except
	for the name of a new one, which is removed.
*/
void xs_littlefs_write(xsMachine *the)
{
	char path[PATH_LENGTH];
	Volume *volume = volumeOf(the);
	struct lfs_info info;
	int isNew = lfs_stat(&volume->lfs, toPath(the, path), &info) == LFS_ERR_NOENT;
	int error = writeFile(the, volume, path);
	if (error && isNew)
		lfs_remove(&volume->lfs, path);
	xsmcSetInteger(xsResult, error);
}

static int noteBlock(void *context, lfs_block_t block)
{
	Volume *volume = context;
	volume->inUse[block >> 3] |= 1 << (block & 7);
	return 0;
}

static int isInUse(const Volume *volume, lfs_block_t block)
{
	return (volume->inUse[block >> 3] >> (block & 7)) & 1;
}

/*
	Erases the blocks that neither a file nor a folder uses; littlefs itself leaves them alone until it needs them. Returns 0
	or an error.
*/
void xs_littlefs_trim(xsMachine *the)
{
	Volume *volume = volumeOf(the);
	lfs_block_t count = volume->config.block_count;
	int error;

	memset(volume->inUse, 0, (count + 7) / 8);
	error = lfs_fs_traverse(&volume->lfs, noteBlock, volume);
	for (lfs_block_t first = 0, end; (first < count) && !error; first = end + 1) {
		for (end = first; (end < count) && !isInUse(volume, end); end++)
			;
		if (first < end)
			error = eraseBlocks(volume, first, end);
	}
	xsmcSetInteger(xsResult, error);
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

/* (path, buffer): reads as many bytes as the buffer has */
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
