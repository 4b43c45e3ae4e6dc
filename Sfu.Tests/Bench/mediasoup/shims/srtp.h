// The functions of libsrtp 3 that mediasoup's worker calls, by means of libsrtp 2. C++ tells the two apart by their arguments.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

// What libsrtp 2 fills in is an object on the caller's stack; in libsrtp 3 it is opaque.
#define srtp_policy_t srtp2_policy_t
#include <srtp2/srtp.h>
#undef srtp_policy_t

constexpr auto srtp_err_status_buffer_small = static_cast<srtp_err_status_t>(28);
constexpr auto srtp_err_status_cryptex_err = static_cast<srtp_err_status_t>(29);

struct Srtp3Policy
{
    srtp2_policy_t policy{};
    unsigned char key[SRTP_MAX_KEY_LEN]{};
};

using srtp_policy_t = Srtp3Policy*;

inline srtp_err_status_t srtp_policy_create(srtp_policy_t* policy)
{
    *policy = new Srtp3Policy;
    (*policy)->policy.key = (*policy)->key;
    return srtp_err_status_ok;
}

inline void srtp_policy_destroy(srtp_policy_t policy)
{
    delete policy;
}

inline srtp_err_status_t srtp_policy_set_ssrc(srtp_policy_t policy, srtp_ssrc_t ssrc)
{
    policy->policy.ssrc = ssrc;
    return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_profile(srtp_policy_t policy, srtp_profile_t profile)
{
    const auto status = srtp_crypto_policy_set_from_profile_for_rtp(&policy->policy.rtp, profile);
    return status == srtp_err_status_ok ? srtp_crypto_policy_set_from_profile_for_rtcp(&policy->policy.rtcp, profile) : status;
}

inline srtp_err_status_t srtp_policy_add_key(
    srtp_policy_t policy, const std::uint8_t* key, std::size_t keyBytes, const std::uint8_t* salt, std::size_t saltBytes, const std::uint8_t*, std::size_t)
{
    if (keyBytes + saltBytes > sizeof policy->key)
    {
        return srtp_err_status_bad_param;
    }

    std::memcpy(policy->key, key, keyBytes);
    std::memcpy(policy->key + keyBytes, salt, saltBytes);
    return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_allow_repeat_tx(srtp_policy_t policy, bool allow)
{
    policy->policy.allow_repeat_tx = allow;
    return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_window_size(srtp_policy_t policy, std::size_t size)
{
    policy->policy.window_size = size;
    return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_create(srtp_t* session, srtp_policy_t policy)
{
    return srtp_create(session, &policy->policy);
}

// libsrtp 2 works in place: what leaves is copied first, which libsrtp 3 does while it encrypts.
template <srtp_err_status_t (*Function)(srtp_t, void*, int*)>
srtp_err_status_t InPlace(srtp_t session, const std::uint8_t* from, std::size_t bytes, std::uint8_t* to, std::size_t* resultBytes)
{
    if (from != to)
    {
        std::memcpy(to, from, bytes);
    }

    int length = static_cast<int>(bytes);
    const auto status = Function(session, to, &length);
    *resultBytes = static_cast<std::size_t>(length);
    return status;
}

inline srtp_err_status_t srtp_protect(srtp_t session, const std::uint8_t* rtp, std::size_t bytes, std::uint8_t* srtp, std::size_t* srtpBytes, std::size_t)
{
    return InPlace<srtp_protect>(session, rtp, bytes, srtp, srtpBytes);
}

inline srtp_err_status_t srtp_unprotect(srtp_t session, const std::uint8_t* srtp, std::size_t bytes, std::uint8_t* rtp, std::size_t* rtpBytes)
{
    return InPlace<srtp_unprotect>(session, srtp, bytes, rtp, rtpBytes);
}

inline srtp_err_status_t srtp_protect_rtcp(srtp_t session, const std::uint8_t* rtcp, std::size_t bytes, std::uint8_t* srtcp, std::size_t* srtcpBytes, std::size_t)
{
    return InPlace<srtp_protect_rtcp>(session, rtcp, bytes, srtcp, srtcpBytes);
}

inline srtp_err_status_t srtp_unprotect_rtcp(srtp_t session, const std::uint8_t* srtcp, std::size_t bytes, std::uint8_t* rtcp, std::size_t* rtcpBytes)
{
    return InPlace<srtp_unprotect_rtcp>(session, srtcp, bytes, rtcp, rtcpBytes);
}

inline srtp_err_status_t srtp_stream_remove(srtp_t session, std::uint32_t ssrc)
{
    return srtp_remove_stream(session, ssrc);
}
