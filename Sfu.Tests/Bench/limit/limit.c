/*
 * The least that forwarding costs on this machine with these system calls and OpenSSL: receive, authenticate and decrypt, then for each
 * receiver rewrite SSRC, sequence number, timestamp and transport-wide number, encrypt and authenticate, send. No ICE, no DTLS, no RTCP,
 * no retransmission store, no loss handling: keys and receivers come by standard input.
 *
 *   suite gcm|cm80
 *   in KEY SALT                     what the publisher protects with, master key and salt in hexadecimal
 *   out IP PORT SSRC KEY SALT       one receiver; as many lines as there are
 *   go
 *
 * Answers "port N" and forwards what comes to UDP port N of 127.0.0.1 until it is killed.
 */
#define _GNU_SOURCE
#define OPENSSL_SUPPRESS_DEPRECATED
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <openssl/evp.h>
#include <openssl/sha.h>

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

enum {
  IN_SLOTS = 64,
  SLOT_BYTES = 2048,
  OUT_PACKETS = 64,         /* between two sendmmsg: stays in the second-level cache */
  MAX_SEGMENTS = 64,        /* the kernel's limit for one UDP_SEGMENT message */
  MAX_GSO_BYTES = 65000,
  GCM_TAG = 16,
  CM_TAG = 10,
  TWCC_OFFSET = 17          /* header 12, extension header 4, element header 1: where the publisher of the benchmark puts it */
};

static int gcm;

struct crypto {
  EVP_CIPHER_CTX *cipher;
  SHA_CTX inner, outer;     /* HMAC after its first block each */
  uint8_t salt[14];
};

struct sink {
  struct sockaddr_in address;
  struct crypto crypto;
  uint32_t ssrc;
  uint32_t timestamp_offset;
  uint16_t sequence_offset;
  uint16_t transport_sequence;
};

static void die(const char *what) {
  perror(what);
  exit(1);
}

static void require(int ok, const char *what) {
  if (!ok) {
    fprintf(stderr, "%s failed\n", what);
    exit(1);
  }
}

static void read_hex(const char *text, uint8_t *bytes, size_t length) {
  for (size_t i = 0; i < length; i++) {
    unsigned value;
    require(sscanf(text + 2 * i, "%2x", &value) == 1, "hexadecimal key");
    bytes[i] = (uint8_t)value;
  }
}

/* RFC 3711 section 4.3: AES in counter mode over zeros, the label in the salt's eighth byte. */
static void derive(const uint8_t key[16], const uint8_t salt[14], uint8_t label, uint8_t *out, int length) {
  uint8_t iv[16] = {0}, zero[32] = {0};
  memcpy(iv, salt, 14);
  iv[7] ^= label;
  EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
  int n;
  require(EVP_EncryptInit_ex(ctx, EVP_aes_128_ctr(), NULL, key, iv), "key derivation");
  require(EVP_EncryptUpdate(ctx, out, &n, zero, length), "key derivation");
  EVP_CIPHER_CTX_free(ctx);
}

static void crypto_init(struct crypto *c, const char *key_text, const char *salt_text, int seal) {
  uint8_t key[16], salt[14] = {0}, session[20], block[64];
  read_hex(key_text, key, 16);
  read_hex(salt_text, salt, gcm ? 12 : 14);
  derive(key, salt, 2, c->salt, 14);
  derive(key, salt, 0, session, 16);
  c->cipher = EVP_CIPHER_CTX_new();
  require(EVP_CipherInit_ex(c->cipher, gcm ? EVP_aes_128_gcm() : EVP_aes_128_ctr(), NULL, session, NULL, gcm ? seal : 1), "cipher");
  if (!gcm) {
    derive(key, salt, 1, session, 20);
    memset(block, 0x36, 64);
    for (int i = 0; i < 20; i++) block[i] ^= session[i];
    SHA1_Init(&c->inner);
    SHA1_Update(&c->inner, block, 64);
    for (int i = 0; i < 64; i++) block[i] ^= 0x36 ^ 0x5c;
    SHA1_Init(&c->outer);
    SHA1_Update(&c->outer, block, 64);
  }
}

static inline void make_iv(const struct crypto *c, uint32_t ssrc, uint64_t index, uint8_t iv[16]) {
  uint32_t s = htonl(ssrc), roc = htonl((uint32_t)(index >> 16));
  uint16_t seq = htons((uint16_t)index);
  memset(iv, 0, 16);
  int at = gcm ? 2 : 4;     /* RFC 7714 section 8.1; RFC 3711 section 4.1.1 */
  memcpy(iv + at, &s, 4);
  memcpy(iv + at + 4, &roc, 4);
  memcpy(iv + at + 8, &seq, 2);
  for (int i = 0; i < (gcm ? 12 : 14); i++) iv[i] ^= c->salt[i];
}

static inline void hmac(const struct crypto *c, const uint8_t *packet, int length, uint64_t index, uint8_t digest[20]) {
  uint32_t roc = htonl((uint32_t)(index >> 16));
  SHA_CTX ctx = c->inner;
  SHA1_Update(&ctx, packet, (size_t)length);
  SHA1_Update(&ctx, &roc, 4);
  SHA1_Final(digest, &ctx);
  ctx = c->outer;
  SHA1_Update(&ctx, digest, 20);
  SHA1_Final(digest, &ctx);
}

/* The header is in place at out; the payload comes from plain. Returns the length with the tag. */
static inline int seal(const struct crypto *c, uint8_t *out, int header, const uint8_t *plain, int payload, uint32_t ssrc, uint64_t index) {
  uint8_t iv[16];
  int n;
  make_iv(c, ssrc, index, iv);
  EVP_CipherInit_ex(c->cipher, NULL, NULL, NULL, iv, -1);
  if (gcm) {
    EVP_EncryptUpdate(c->cipher, NULL, &n, out, header);
    EVP_EncryptUpdate(c->cipher, out + header, &n, plain, payload);
    EVP_EncryptFinal_ex(c->cipher, out + header + n, &n);
    EVP_CIPHER_CTX_ctrl(c->cipher, EVP_CTRL_AEAD_GET_TAG, GCM_TAG, out + header + payload);
    return header + payload + GCM_TAG;
  }
  uint8_t digest[20];
  EVP_EncryptUpdate(c->cipher, out + header, &n, plain, payload);
  hmac(c, out, header + payload, index, digest);
  memcpy(out + header + payload, digest, CM_TAG);
  return header + payload + CM_TAG;
}

/* Opens in place; returns the length of the plain packet, or 0. */
static inline int open_packet(const struct crypto *c, uint8_t *packet, int length, int header, uint32_t ssrc, uint64_t index) {
  uint8_t iv[16];
  int n;
  int plain = length - (gcm ? GCM_TAG : CM_TAG);
  if (plain <= header) return 0;
  make_iv(c, ssrc, index, iv);
  if (gcm) {
    EVP_CipherInit_ex(c->cipher, NULL, NULL, NULL, iv, -1);
    EVP_DecryptUpdate(c->cipher, NULL, &n, packet, header);
    EVP_DecryptUpdate(c->cipher, packet + header, &n, packet + header, plain - header);
    EVP_CIPHER_CTX_ctrl(c->cipher, EVP_CTRL_AEAD_SET_TAG, GCM_TAG, packet + plain);
    return EVP_DecryptFinal_ex(c->cipher, packet + plain, &n) > 0 ? plain : 0;
  }
  uint8_t digest[20];
  hmac(c, packet, plain, index, digest);
  if (memcmp(digest, packet + plain, CM_TAG) != 0) return 0;
  EVP_CipherInit_ex(c->cipher, NULL, NULL, NULL, iv, -1);
  EVP_EncryptUpdate(c->cipher, packet + header, &n, packet + header, plain - header);
  return plain;
}

static inline uint16_t get16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }
static inline uint32_t get32(const uint8_t *p) { uint32_t v; memcpy(&v, p, 4); return ntohl(v); }
static inline void put16(uint8_t *p, uint16_t v) { p[0] = (uint8_t)(v >> 8); p[1] = (uint8_t)v; }
static inline void put32(uint8_t *p, uint32_t v) { v = htonl(v); memcpy(p, &v, 4); }

/* What waits to be sent. */
static uint8_t arena[OUT_PACKETS * SLOT_BYTES];
static struct mmsghdr out_messages[OUT_PACKETS];
static struct iovec out_vectors[OUT_PACKETS];
static union { char bytes[CMSG_SPACE(sizeof(uint16_t))]; struct cmsghdr align; } out_control[OUT_PACKETS];
static size_t arena_used;
static int out_count, out_packets;

static void flush(int fd) {
  int sent = 0;
  while (sent < out_count) {
    int n = sendmmsg(fd, out_messages + sent, (unsigned)(out_count - sent), 0);
    if (n > 0) sent += n;
    else if (errno != EINTR) sent++;   /* the one in front is refused */
  }
  out_count = out_packets = 0;
  arena_used = 0;
}

static void add_message(struct sink *s, uint8_t *start, size_t length, int segments, int segment_bytes) {
  struct mmsghdr *m = &out_messages[out_count];
  out_vectors[out_count] = (struct iovec){.iov_base = start, .iov_len = length};
  m->msg_hdr = (struct msghdr){.msg_name = &s->address, .msg_namelen = sizeof s->address, .msg_iov = &out_vectors[out_count], .msg_iovlen = 1};
  if (segments > 1) {
    m->msg_hdr.msg_control = &out_control[out_count];
    m->msg_hdr.msg_controllen = sizeof out_control[out_count];
    struct cmsghdr *c = CMSG_FIRSTHDR(&m->msg_hdr);
    c->cmsg_level = IPPROTO_UDP;
    c->cmsg_type = UDP_SEGMENT;
    c->cmsg_len = CMSG_LEN(sizeof(uint16_t));
    *(uint16_t *)CMSG_DATA(c) = (uint16_t)segment_bytes;
  }
  out_count++;
  out_packets += segments;
}

struct plain { uint8_t *packet; int header, length; uint64_t index; };

/* All packets of the batch for one receiver: runs of equal length leave as one message. */
static void forward(int fd, struct sink *s, const struct plain *packets, int count) {
  if (out_packets + count > OUT_PACKETS) flush(fd);
  uint8_t *run = arena + arena_used;
  int run_segments = 0, segment_bytes = 0;
  size_t run_bytes = 0;
  for (int i = 0; i < count; i++) {
    const struct plain *p = &packets[i];
    uint8_t *out = arena + arena_used;
    memcpy(out, p->packet, (size_t)p->header);
    put16(out + 2, (uint16_t)(p->index + s->sequence_offset));
    put32(out + 4, get32(out + 4) + s->timestamp_offset);
    put32(out + 8, s->ssrc);
    if (p->header > TWCC_OFFSET + 2) put16(out + TWCC_OFFSET, s->transport_sequence++);
    int length = seal(&s->crypto, out, p->header, p->packet + p->header, p->length - p->header, s->ssrc, p->index + s->sequence_offset);
    if (run_segments > 0 && (length != segment_bytes || run_segments == MAX_SEGMENTS || run_bytes + (size_t)length > MAX_GSO_BYTES)) {
      add_message(s, run, run_bytes, run_segments, segment_bytes);
      run = out;
      run_segments = 0;
      run_bytes = 0;
    }
    segment_bytes = length;
    run_segments++;
    run_bytes += (size_t)length;
    arena_used += (size_t)length;
  }
  if (run_segments > 0) add_message(s, run, run_bytes, run_segments, segment_bytes);
}

int main(void) {
  char line[512], a[64], b[64], ip[64];
  struct crypto in = {0};
  struct sink *sinks = NULL;
  int sink_count = 0;
  while (fgets(line, sizeof line, stdin) && strncmp(line, "go", 2) != 0) {
    unsigned port, ssrc;
    if (sscanf(line, "suite %63s", a) == 1) {
      gcm = strcmp(a, "gcm") == 0;
    } else if (sscanf(line, "in %63s %63s", a, b) == 2) {
      crypto_init(&in, a, b, 0);
    } else if (sscanf(line, "out %63s %u %u %63s %63s", ip, &port, &ssrc, a, b) == 5) {
      sinks = realloc(sinks, sizeof *sinks * (size_t)(sink_count + 1));
      struct sink *s = &sinks[sink_count++];
      memset(s, 0, sizeof *s);
      s->address.sin_family = AF_INET;
      s->address.sin_port = htons((uint16_t)port);
      require(inet_pton(AF_INET, ip, &s->address.sin_addr) == 1, "address");
      s->ssrc = ssrc;
      s->sequence_offset = (uint16_t)(sink_count * 7);
      s->timestamp_offset = (uint32_t)sink_count * 90000;
      crypto_init(&s->crypto, a, b, 1);
    }
  }

  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) die("socket");
  int buffer = 8 << 20;
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof buffer) < 0) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &buffer, sizeof buffer);
  if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &buffer, sizeof buffer) < 0) setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer, sizeof buffer);
  struct sockaddr_in local = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t local_length = sizeof local;
  if (bind(fd, (struct sockaddr *)&local, sizeof local) < 0) die("bind");
  if (getsockname(fd, (struct sockaddr *)&local, &local_length) < 0) die("getsockname");
  printf("port %u\n", ntohs(local.sin_port));
  fflush(stdout);

  static uint8_t memory[IN_SLOTS * SLOT_BYTES];
  static struct mmsghdr messages[IN_SLOTS];
  static struct iovec vectors[IN_SLOTS];
  for (int i = 0; i < IN_SLOTS; i++) {
    vectors[i] = (struct iovec){.iov_base = memory + i * SLOT_BYTES, .iov_len = SLOT_BYTES};
    messages[i].msg_hdr = (struct msghdr){.msg_iov = &vectors[i], .msg_iovlen = 1};
  }

  uint64_t highest = 0;
  for (;;) {
    int n = recvmmsg(fd, messages, IN_SLOTS, MSG_WAITFORONE, NULL);
    if (n < 0) {
      if (errno == EINTR) continue;
      die("recvmmsg");
    }
    struct plain packets[IN_SLOTS];
    int count = 0;
    for (int i = 0; i < n; i++) {
      uint8_t *packet = memory + i * SLOT_BYTES;
      int length = (int)messages[i].msg_len, header = 12 + 4 * (packet[0] & 15);
      if (length < 12 || packet[0] >> 6 != 2 || (packet[1] >= 192 && packet[1] <= 223)) continue;   /* RTCP, RFC 5761 */
      if (packet[0] & 0x10) {
        if (length < header + 4) continue;
        header += 4 + 4 * get16(packet + header + 2);
      }
      uint64_t index = (highest & ~0xffffULL) | get16(packet + 2);   /* RFC 3711 section 3.3.1 */
      if (index + 0x8000 < highest) index += 0x10000;
      int plain = open_packet(&in, packet, length, header, get32(packet + 8), index);
      if (plain == 0) continue;
      if (index > highest) highest = index;
      packets[count++] = (struct plain){packet, header, plain, index};
    }
    if (count == 0) continue;
    for (int i = 0; i < sink_count; i++) forward(fd, &sinks[i], packets, count);
    flush(fd);
  }
}
