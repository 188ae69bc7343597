"""Whether the machine knows who it is."""

import stat

from rvm_edge.doctor.finding import Check, Finding, Repair, failure, fine, note
from rvm_edge.doctor.place import Place
from rvm_edge.provisioning.credentials import CredentialsError, read_credentials

_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def look(place: Place) -> Finding:
    """Read them as the machine does. The key is never shown."""
    path = place.locations.credentials_path
    if not path.exists():
        return note(
            "there are none: the machine waits to be set up",
            "",
            "Open the setup page that the screen shows, or: sudo rvm-edge provision FILE",
        )
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        identity = read_credentials(path).identity
    except (CredentialsError, OSError) as error:
        return failure(
            str(error),
            "The machine cannot speak with its server.",
            "Export them at the server again, and: sudo rvm-edge provision FILE --replace",
        )
    if mode & _FOR_OTHERS:
        return failure(
            f"{path.name} can be read by others",
            "Whoever has the key is this machine towards the server; it is not used like this.",
            f"Run: sudo chmod 600 {path}",
            Repair(f"take the rights of others on {path.name} away", lambda: path.chmod(0o600)),
        )
    return fine(f"machine {identity.hardware_id} of {identity.server_url}")


CHECK = Check("credentials", "Credentials", look)
