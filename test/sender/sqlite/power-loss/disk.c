/*
 * A disk between a process and its files, for tests: LD_PRELOAD it.
 *
 * DISK_FOLDER  the files that are meant: those in this folder.
 * DISK_SHADOW  a folder that gets what would be left after a loss of power: of each file, what was written to it
 *              before it was synced last. It goes when the folder is synced after the file was deleted.
 * DISK_FULL    while a file of this name exists, writes fail with ENOSPC.
 * DISK_BROKEN  while a file of this name exists, syncs fail with EIO.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

/* The name of a file in the folder, "" for the folder itself; NULL for all that is not meant. */
static const char *name_of(int file, char *path) {
  const char *folder = getenv("DISK_FOLDER");
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = folder == NULL ? -1 : readlink(link, path, PATH_MAX - 1);
  if (length < 0) return NULL;
  path[length] = 0;
  size_t start = strlen(folder);
  if (strncmp(path, folder, start) != 0) return NULL;
  if (path[start] == 0) return path + start;
  return path[start] == '/' ? path + start + 1 : NULL;
}

static int is_told(const char *variable) {
  const char *file = getenv(variable);
  return file != NULL && access(file, F_OK) == 0;
}

static void fail_hard(const char *what) {
  perror(what);
  abort();
}

/* Written, and not synced yet. */
struct piece {
  char name[64];
  off_t at;
  size_t length;
  struct piece *next;
};

static struct piece *unsynced;

static ssize_t write_at(int file, const void *bytes, size_t length, off_t at) {
  static ssize_t (*next)(int, const void *, size_t, off_t);
  if (next == NULL) next = (ssize_t (*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, "pwrite64");
  return next(file, bytes, length, at);
}

static void remember(const char *name, size_t length, off_t at) {
  struct piece *piece = malloc(sizeof *piece);
  if (piece == NULL) fail_hard("no memory");
  snprintf(piece->name, sizeof piece->name, "%s", name);
  piece->at = at;
  piece->length = length;
  piece->next = unsynced;
  unsynced = piece;
}

static void copy_piece(int from, int to, const struct piece *piece) {
  char *bytes = malloc(piece->length);
  ssize_t length = bytes == NULL ? -1 : pread(from, bytes, piece->length, piece->at);
  if (length < 0 || write_at(to, bytes, (size_t)length, piece->at) != length) fail_hard("the shadow cannot be written");
  free(bytes);
}

/* Reads with the caller's own descriptor: to open and close another would end the caller's locks. */
static void copy_to_shadow(int file, const char *name) {
  char copy[PATH_MAX];
  struct stat now;
  snprintf(copy, sizeof copy, "%s/%s", getenv("DISK_SHADOW"), name);
  int shadow = open(copy, O_RDWR | O_CREAT, 0600);
  if (shadow < 0 || fstat(file, &now) != 0) fail_hard("the shadow cannot be written");
  for (struct piece **place = &unsynced; *place != NULL;) {
    struct piece *piece = *place;
    if (strcmp(piece->name, name) != 0) {
      place = &piece->next;
      continue;
    }
    copy_piece(file, shadow, piece);
    *place = piece->next;
    free(piece);
  }
  if (ftruncate(shadow, now.st_size) != 0 || close(shadow) != 0) fail_hard("the shadow cannot be written");
}

static void forget_deleted(void) {
  const char *shadow = getenv("DISK_SHADOW"), *folder = getenv("DISK_FOLDER");
  char original[PATH_MAX], copy[PATH_MAX];
  DIR *copies = opendir(shadow);
  if (copies == NULL) fail_hard("the shadow cannot be read");
  for (struct dirent *entry; (entry = readdir(copies)) != NULL;) {
    snprintf(original, sizeof original, "%s/%s", folder, entry->d_name);
    snprintf(copy, sizeof copy, "%s/%s", shadow, entry->d_name);
    if (entry->d_name[0] != '.' && access(original, F_OK) != 0) unlink(copy);
  }
  closedir(copies);
}

static int synced(int file, int (*sync_file)(int)) {
  char path[PATH_MAX];
  const char *name = name_of(file, path);
  if (name != NULL && is_told("DISK_BROKEN")) {
    errno = EIO;
    return -1;
  }
  int result = sync_file(file);
  if (result != 0 || name == NULL || getenv("DISK_SHADOW") == NULL) return result;
  if (name[0] == 0) forget_deleted();
  else copy_to_shadow(file, name);
  return result;
}

int fsync(int file) {
  static int (*next)(int);
  if (next == NULL) next = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  return synced(file, next);
}

int fdatasync(int file) {
  static int (*next)(int);
  if (next == NULL) next = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  return synced(file, next);
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off_t at) {
  char path[PATH_MAX];
  const char *name = name_of(file, path);
  if (name != NULL && is_told("DISK_FULL")) {
    errno = ENOSPC;
    return -1;
  }
  ssize_t written = write_at(file, bytes, length, at);
  if (written > 0 && name != NULL && getenv("DISK_SHADOW") != NULL) remember(name, (size_t)written, at);
  return written;
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t at) {
  return pwrite64(file, bytes, length, at);
}
