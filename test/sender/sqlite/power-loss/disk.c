/*
 * A disk between a process and its files, for tests: LD_PRELOAD it.
 *
 * DISK_FOLDER  the files that are meant: those in this folder.
 * DISK_SHADOW  a folder that gets what would be left after a loss of power: of each file, what it held when it was
 *              synced last. A file stands there whole, or as it was before; it goes when the folder is synced after it
 *              was deleted.
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

/* Reads with the caller's own descriptor: to open and close another would end the caller's locks. */
static void copy_to_shadow(int file, const char *name) {
  const char *shadow = getenv("DISK_SHADOW");
  char copy[PATH_MAX], part[PATH_MAX], bytes[65536];
  snprintf(copy, sizeof copy, "%s/%s", shadow, name);
  snprintf(part, sizeof part, "%s/%s.part", shadow, name);
  int target = open(part, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (target < 0) fail_hard("the shadow cannot be written");
  ssize_t length;
  for (off_t at = 0; (length = pread(file, bytes, sizeof bytes, at)) > 0; at += length) {
    if (write(target, bytes, (size_t)length) != length) fail_hard("the shadow cannot be written");
  }
  if (length < 0 || close(target) != 0 || rename(part, copy) != 0) fail_hard("the shadow cannot be written");
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

static int refuses(int file) {
  char path[PATH_MAX];
  return is_told("DISK_FULL") && name_of(file, path) != NULL;
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
  static ssize_t (*next)(int, const void *, size_t, off_t);
  if (next == NULL) next = (ssize_t (*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, "pwrite64");
  if (refuses(file)) {
    errno = ENOSPC;
    return -1;
  }
  return next(file, bytes, length, at);
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t at) {
  return pwrite64(file, bytes, length, at);
}
