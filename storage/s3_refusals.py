"""What an S3 store's refusals mean, and the sentence that says so. It knows error codes and no library."""

from __future__ import annotations

from storage.s3_options import SETTINGS

MISSING = {"NoSuchKey", "404", "NotFound"}
"""There is no such object; a HEAD has no body that could say more than 404."""
TAKEN = {"PreconditionFailed", "412"}
"""There is an object where there was to be none."""
NO_CONDITIONS = {"NotImplemented", "501", "ConditionalRequestConflict", "409"}
"""The store does not know conditional writes, or cannot decide on one just now."""
REFUSED = {"AccessDenied", "403", "Forbidden", "AllAccessDisabled", "AccountProblem"}
_BAD_CREDENTIALS = {
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "ExpiredToken",
    "InvalidToken",
    "TokenRefreshRequired",
}
_ELSEWHERE = {
    "PermanentRedirect",
    "301",
    "AuthorizationHeaderMalformed",
    "IllegalLocationConstraintException",
}
OF_THE_SETTINGS = _BAD_CREDENTIALS | _ELSEWHERE | {"NoSuchBucket", "RequestTimeTooSkewed"}
"""Codes that say something of the settings and nothing of the store."""


def refusal(code: str, doing: str, bucket: str, endpoint: str, *, options: bool) -> str:
    """The sentence for a refusal while `doing`; `options`: objects were to have attributes of their own."""
    if code == "NoSuchBucket" or (code == "404" and doing == "listing"):
        return f"there is no bucket {bucket} at {endpoint}. Create it, or correct the address."
    if code in _BAD_CREDENTIALS:
        return (
            f"{endpoint} does not accept the credentials ({code}). Check AWS_ACCESS_KEY_ID, "
            "AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN or the profile."
        )
    if code in REFUSED:
        return (
            f"{endpoint} refused access while {doing} ({code}). These credentials need "
            "s3:ListBucket on the bucket, s3:GetObject and s3:PutObject on its objects."
        )
    if code in _ELSEWHERE:
        return f"the bucket lies in another region ({code}). Set AWS_REGION to its region."
    if code == "RequestTimeTooSkewed":
        return "this machine's clock is wrong by more than the store allows. Set it."
    perhaps = f" Does it know what {SETTINGS} ask for?" if options else ""
    return f"{endpoint} answered {code} while {doing}.{perhaps}"
