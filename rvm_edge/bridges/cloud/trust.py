"""Whom the machine believes to be its server, and in what words it says that it does not."""

from __future__ import annotations

import ssl


class TrustError(Exception):
    """The authority's certificate cannot be used. The message says which file, and why."""


def trusting(ca_file: str) -> ssl.SSLContext:
    """Return a context of its own for the HTTP client, which changes the context it is given.

    Args:
        ca_file: a PEM file with the authority's certificate; "" for the operating system's.

    Raises:
        TrustError: the file cannot be read, or holds no certificate.
    """
    try:
        return ssl.create_default_context(cafile=ca_file or None)
    except ssl.SSLError as error:  # an OSError too, so it comes first
        raise TrustError(f"request.ca_file {ca_file}: holds no certificate in PEM form") from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "is no path"
        raise TrustError(f"request.ca_file {ca_file}: {why}") from error


def tls_words(error: ssl.SSLError) -> str:
    """Name what is wrong, such as ``certificate has expired``.

    OpenSSL's words for a certificate are its own and name nothing of ours; of other failures only
    the reason's symbol is told.
    """
    if isinstance(error, ssl.SSLCertVerificationError):
        _, _, words = str(error).partition("certificate verify failed: ")
        return words.partition(" (_ssl")[0].strip(" .") or "certificate not accepted"
    reason = getattr(error, "reason", None) or "no secure connection"  # absent until OpenSSL set it
    return str(reason).replace("_", " ").lower()
