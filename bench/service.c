/* The service that bench/compare.py measures runners against: it answers and does nothing else.
 *
 *   cc -O2 -o service bench/service.c && ./service 18080
 *
 * POST /login, GET /users/N and POST /orders on HTTP/1.1 connections that stay open, one thread on
 * epoll. N is taken from the request, so that a runner has something to compare. For trusted input
 * on the loopback alone: requests are expected whole, and no longer than a buffer.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS = 4096, BUFFER = 16384, EVENTS = 256 };

static struct {
    char data[BUFFER + 1];
    size_t length;
} received[CONNECTIONS];

/* Write the answer to one request; return its length. */
static int answer(const char *request, const char *body, char *out) {
    char json[512];
    const char *status = "200 OK";
    if (strncmp(request, "POST /login", 11) == 0) {
        const char *field = strstr(body, "\"username\"");
        const char *name = field == NULL ? NULL : strstr(field + 10, "user");
        int n = name == NULL ? 0 : atoi(name + 4);
        snprintf(json, sizeof json,
                 "{\"token\":\"t-%d\",\"token_type\":\"bearer\",\"user\":{\"id\":%d,\"name\":\"user%d\"}}", n, n, n);
    } else if (strncmp(request, "GET /users/", 11) == 0) {
        int n = atoi(request + 11);
        snprintf(json, sizeof json,
                 "{\"id\":%d,\"name\":\"user%d\",\"email\":\"user%d@example.com\",\"address\":{\"city\":\"Paris\"}}", n, n, n);
    } else if (strncmp(request, "POST /orders", 12) == 0) {
        const char *user = strstr(body, "\"user_id\"");
        const char *digits = user == NULL ? NULL : strpbrk(user + 9, "0123456789");
        int n = digits == NULL ? 0 : atoi(digits);
        status = "201 Created";
        snprintf(json, sizeof json, "{\"id\":%d,\"status\":\"created\",\"user_id\":%d,\"qty\":2}", n + 1000, n);
    } else {
        status = "404 Not Found";
        snprintf(json, sizeof json, "{\"error\":\"not found\"}");
    }
    return sprintf(out, "HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s", status,
                   strlen(json), json);
}

/* Answer every whole request that a connection has sent; return 0 where it is to be closed. */
static int serve(int connection) {
    char *data = received[connection].data, out[1024];
    size_t *length = &received[connection].length;
    for (;;) {
        data[*length] = '\0';
        char *end = strstr(data, "\r\n\r\n");
        if (end == NULL)
            return *length < BUFFER;
        char *field = strcasestr(data, "\r\ncontent-length:");
        int size = field != NULL && field < end ? atoi(field + 17) : 0;
        size_t whole = (size_t)(end - data) + 4 + (size_t)size;
        if (size < 0 || whole > BUFFER)
            return 0;
        if (*length < whole)
            return 1;
        char kept = data[whole];
        data[whole] = '\0';
        int written = answer(data, end + 4, out);
        data[whole] = kept;
        if (write(connection, out, written) != written)
            return 0;
        memmove(data, data + whole, *length - whole);
        *length -= whole;
    }
}

int main(int count, char **arguments) {
    int yes = 1, listener = socket(AF_INET, SOCK_STREAM, 0), epoll = epoll_create1(0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(count > 1 ? atoi(arguments[1]) : 0)};
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    signal(SIGPIPE, SIG_IGN);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 1024) != 0) {
        perror("service");
        return 1;
    }
    getsockname(listener, (struct sockaddr *)&address, &size);
    printf("listening on http://127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener}, events[EVENTS];
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int ready = epoll_wait(epoll, events, EVENTS, -1);
        for (int i = 0; i < ready; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) {
                int connection = accept(listener, NULL, NULL);
                if (connection < 0)
                    continue;
                if (connection >= CONNECTIONS) {
                    close(connection);
                    continue;
                }
                setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
                received[connection].length = 0;
                event.events = EPOLLIN;
                event.data.fd = connection;
                epoll_ctl(epoll, EPOLL_CTL_ADD, connection, &event);
                continue;
            }
            size_t *length = &received[fd].length;
            ssize_t got = read(fd, received[fd].data + *length, BUFFER - *length);
            *length += got > 0 ? (size_t)got : 0;
            if (got <= 0 || !serve(fd))
                close(fd);
        }
    }
}
