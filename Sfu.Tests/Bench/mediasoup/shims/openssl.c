// Where Debian's OpenSSL and libsrtp differ from those that mediasoup brings along: functions in front of OpenSSL's own, put there by
// the linker's --wrap.
#include <openssl/bio.h>
#include <openssl/evp.h>

int __real_EVP_CIPHER_CTX_ctrl(EVP_CIPHER_CTX *context, int type, int argument, void *pointer);
void __real_BIO_set_callback_ex(BIO *bio, BIO_callback_fn_ex callback);

static BIO_callback_fn_ex workersCallback;

// libsrtp 2.5 tells OpenSSL the length of the IV anew for each packet, which takes time with OpenSSL 3; later versions do not. The length
// is OpenSSL's default, so nothing is lost when it is not told.
int __wrap_EVP_CIPHER_CTX_ctrl(EVP_CIPHER_CTX *context, int type, int argument, void *pointer)
{
    return type == EVP_CTRL_GCM_SET_IVLEN && argument == 12 ? 1 : __real_EVP_CIPHER_CTX_ctrl(context, type, argument, pointer);
}

// Debian's OpenSSL is built with kernel TLS and asks the BIO whether that is on. The worker's callback says 1 to whatever is asked, and
// OpenSSL then has no buffer to write to. What the BIO itself answers is the truth.
static long Callback(BIO *bio, int operation, const char *data, size_t bytes, int argument, long number, int result, size_t *processed)
{
    const long answer = workersCallback(bio, operation, data, bytes, argument, number, result, processed);
    return operation == (BIO_CB_CTRL | BIO_CB_RETURN) ? result : answer;
}

void __wrap_BIO_set_callback_ex(BIO *bio, BIO_callback_fn_ex callback)
{
    workersCallback = callback;
    __real_BIO_set_callback_ex(bio, Callback);
}
