/* A disk that fails when told to. Loaded before libc; the file that DISK_FAILS names says what fails and for which
 * file: "sync /usher.db-wal" makes it impossible to flush, "write /usher.db-shm" to write. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int fails(const char *what, int fd) {
    char told[256] = {0}, link[64], file[4096] = {0};
    const char *trigger = getenv("DISK_FAILS");
    int opened = trigger ? open(trigger, O_RDONLY | O_CLOEXEC) : -1;
    if (opened < 0) return 0;
    ssize_t length = read(opened, told, sizeof told - 1);
    close(opened);
    char *name = length > 0 ? strchr(told, ' ') : NULL;
    if (!name) return 0;
    *name++ = 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t file_length = readlink(link, file, sizeof file - 1);
    size_t name_length = strlen(name);
    return strcmp(told, what) == 0 && file_length >= (ssize_t)name_length &&
           strcmp(file + file_length - name_length, name) == 0;
}

static int flush(long call, int fd) {
    if (fails("sync", fd)) {
        errno = EIO;
        return -1;
    }
    return (int)syscall(call, fd);
}

int fsync(int fd) { return flush(SYS_fsync, fd); }
int fdatasync(int fd) { return flush(SYS_fdatasync, fd); }

static ssize_t put(int fd, const void *bytes, size_t length, off64_t at) {
    if (fails("write", fd)) {
        errno = ENOSPC;
        return -1;
    }
    return syscall(SYS_pwrite64, fd, bytes, length, at);
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) { return put(fd, bytes, length, at); }
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) { return put(fd, bytes, length, at); }
