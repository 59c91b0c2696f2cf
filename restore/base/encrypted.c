/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Authenticated encryption through libcrypto. */
#include "restore/base/encrypted.h"

#include <limits.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

static const char magic[16] = { 'h', 'a', 'l', 'c', 'y', 'o', 'n', ' ',
				'c', 'r', 'y', 'p', 't', 'e', 'd', '\n' };

#define VERSION     1u
#define SALT_AT     20u
#define SALT_BYTES  32u
#define NONCE_AT    52u
#define NONCE_BYTES 12u
#define SIZE_AT     64u
#define HEAD_BYTES  72u
#define TAG_BYTES   16u
#define KEY_BYTES   32u
#define PIECE_BYTES (1u << 20) /* libcrypto counts in int */

/* scrypt: 128 * N * r = 32 MiB of memory, and a little more. */
#define SCRYPT_N      (1u << 15)
#define SCRYPT_R      8u
#define SCRYPT_P      3u
#define SCRYPT_MEMORY (64ull << 20)

/* What is to be done, in either direction. */
struct job {
	bool encrypt;
	const char *context;
	const uint8_t *head;
	struct hc_span from;
	uint8_t *to;
	uint8_t *tag;
};

static int
failed(const char *what, struct hc_err *err)
{
	ERR_clear_error();
	return hc_err_set(err, H_OUT_OF_MEMORY, "libcrypto can't %s", what);
}

/* One secret for all messages: to tell them apart would help those who try. */
static int
does_not_open(struct hc_err *err)
{
	ERR_clear_error();
	return hc_err_set(
		err, H_UNDO_KEY,
		"it was encrypted by another key, or is damaged, or belongs elsewhere");
}

static int
derive(struct hc_span secret, const uint8_t *head, uint8_t key[KEY_BYTES], struct hc_err *err)
{
	return EVP_PBE_scrypt((const char *)secret.data, secret.size, head + SALT_AT,
			      SALT_BYTES, SCRYPT_N, SCRYPT_R, SCRYPT_P, SCRYPT_MEMORY, key,
			      KEY_BYTES) == 1
		       ? 0
		       : failed("make a key of the secret", err);
}

/* Of what is authenticated and not stored: NULL as `to` in libcrypto. */
static bool
add_context(EVP_CIPHER_CTX *gcm, const struct job *job)
{
	const size_t length = strlen(job->context);
	int done;

	return length <= INT_MAX &&
	       EVP_CipherUpdate(gcm, NULL, &done, job->head, (int)HEAD_BYTES) == 1 &&
	       EVP_CipherUpdate(gcm, NULL, &done, (const uint8_t *)job->context, (int)length) ==
		       1;
}

static bool
run_pieces(EVP_CIPHER_CTX *gcm, const struct job *job)
{
	int done;

	for (size_t at = 0; at < job->from.size; at += PIECE_BYTES) {
		const size_t left = job->from.size - at;
		const int n = (int)(left < PIECE_BYTES ? left : PIECE_BYTES);

		if (EVP_CipherUpdate(gcm, job->to + at, &done, job->from.data + at, n) != 1 ||
		    done != n)
			return false;
	}
	return true;
}

/* False also when the tag does not fit. */
static bool
run(EVP_CIPHER_CTX *gcm, const uint8_t key[KEY_BYTES], const struct job *job)
{
	uint8_t none[16];
	int done;

	if (EVP_CipherInit_ex(gcm, EVP_aes_256_gcm(), NULL, key, job->head + NONCE_AT,
			      job->encrypt) != 1 ||
	    !add_context(gcm, job) || !run_pieces(gcm, job))
		return false;
	if (!job->encrypt &&
	    EVP_CIPHER_CTX_ctrl(gcm, EVP_CTRL_GCM_SET_TAG, TAG_BYTES, job->tag) != 1)
		return false;
	if (EVP_CipherFinal_ex(gcm, none, &done) != 1)
		return false;
	return !job->encrypt ||
	       EVP_CIPHER_CTX_ctrl(gcm, EVP_CTRL_GCM_GET_TAG, TAG_BYTES, job->tag) == 1;
}

/* 1: the tag does not fit, or libcrypto fails. */
static int
carry_out(struct hc_span secret, const struct job *job, struct hc_err *err)
{
	EVP_CIPHER_CTX *gcm = EVP_CIPHER_CTX_new();
	uint8_t key[KEY_BYTES];
	int result = -1;

	if (gcm == NULL)
		failed("be used", err);
	else if (derive(secret, job->head, key, err) == 0)
		result = run(gcm, key, job) ? 0 : 1;
	OPENSSL_cleanse(key, sizeof(key));
	EVP_CIPHER_CTX_free(gcm);
	return result;
}

int
hc_encrypt(struct hc_span secret, const char *context, struct hc_span content,
	   struct hc_buf *out, struct hc_err *err)
{
	const size_t start = out->size;
	struct job job = { .encrypt = true, .context = context, .from = content };
	uint8_t *head;
	int result;

	if (hc_buf_reserve(out, start + HC_ENCRYPTED_OVERHEAD + content.size, err) < 0)
		return -1;
	head = out->data + start;
	memcpy(head, magic, sizeof(magic));
	hc_put_le32(head + sizeof(magic), VERSION);
	if (RAND_bytes(head + SALT_AT, SALT_BYTES) != 1 ||
	    RAND_bytes(head + NONCE_AT, NONCE_BYTES) != 1)
		return failed("give random bytes", err);
	hc_put_le64(head + SIZE_AT, content.size);
	job.head = head;
	job.to = head + HEAD_BYTES;
	job.tag = job.to + content.size;
	result = carry_out(secret, &job, err);
	if (result != 0)
		return result < 0 ? -1 : failed("encrypt", err);
	out->size = start + HC_ENCRYPTED_OVERHEAD + content.size;
	return 0;
}

int
hc_decrypt(struct hc_span secret, const char *context, struct hc_span bytes, struct hc_buf *out,
	   struct hc_err *err)
{
	const size_t start = out->size;
	struct job job = { .encrypt = false, .context = context };
	uint8_t tag[TAG_BYTES];
	int result;

	if (bytes.size < HC_ENCRYPTED_OVERHEAD ||
	    memcmp(bytes.data, magic, sizeof(magic)) != 0 ||
	    hc_get_le32(bytes.data + sizeof(magic)) != VERSION ||
	    hc_get_le64(bytes.data + SIZE_AT) != bytes.size - HC_ENCRYPTED_OVERHEAD)
		return hc_err_set(err, H_UNDO_KEY,
				  "it is nothing that halcyon encrypted, or is cut short");
	job.from = hc_span(bytes.data + HEAD_BYTES, bytes.size - HC_ENCRYPTED_OVERHEAD);
	if (hc_buf_reserve(out, start + job.from.size + 1, err) < 0)
		return -1;
	memcpy(tag, job.from.data + job.from.size, sizeof(tag));
	job.head = bytes.data;
	job.to = out->data + start;
	job.tag = tag;
	result = carry_out(secret, &job, err);
	if (result == 0) {
		out->size = start + job.from.size;
		return 0;
	}
	/* Nothing that was not authenticated is left lying about. */
	OPENSSL_cleanse(out->data + start, job.from.size);
	return result < 0 ? -1 : does_not_open(err);
}
