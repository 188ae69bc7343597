"""What the machine tells people about a verdict, in Indonesian and in English."""

from __future__ import annotations

import msgspec

from rvm_edge.item import Reason


class Phrase(msgspec.Struct, frozen=True):
    """One message in one language.

    Attributes:
        happened: what the machine found, as a short headline.
        advice: what to do now, as one sentence.
    """

    happened: str
    advice: str


class Wording(msgspec.Struct, frozen=True):
    """One message in the machine's two languages.

    Attributes:
        indonesian: shown first.
        english: shown beneath.
    """

    indonesian: Phrase
    english: Phrase


def wording_of(reason: Reason) -> Wording:
    """Return what to tell people about a verdict with this reason."""
    return _WORDINGS[reason]


def _both(happened_id: str, advice_id: str, happened_en: str, advice_en: str) -> Wording:
    return Wording(Phrase(happened_id, advice_id), Phrase(happened_en, advice_en))


_WORDINGS: dict[Reason, Wording] = {
    Reason.NO_PICTURE: _both(
        "Kamera tidak dapat melihat",
        "Ambil kembali barang Anda dan coba sekali lagi.",
        "The camera could not see",
        "Take your item back and try once more.",
    ),
    Reason.CAMERA_BLIND: _both(
        "Kamera tertutup atau gelap",
        "Ambil kembali barang Anda. Petugas perlu memeriksa mesin ini.",
        "The camera sees nothing",
        "Take your item back. Somebody must look after this machine.",
    ),
    Reason.CAMERA_FROZEN: _both(
        "Kamera macet",
        "Ambil kembali barang Anda dan coba sekali lagi.",
        "The camera is stuck",
        "Take your item back and try once more.",
    ),
    Reason.EMPTY_CHAMBER: _both(
        "Tidak ada barang di dalam",
        "Masukkan satu botol, lalu tarik tangan Anda.",
        "Nothing lies in the chamber",
        "Put one bottle in, then take your hand away.",
    ),
    Reason.SHINES: _both(
        "Barang Anda bercahaya",
        "Masukkan botolnya sendiri, bukan layar atau lampu.",
        "Your item gives off light",
        "Put in the bottle itself, not a screen or a lamp.",
    ),
    Reason.NOTHING_DETECTED: _both(
        "Botol tidak terlihat",
        "Masukkan satu botol plastik bening dalam posisi rebah.",
        "No bottle was seen",
        "Put one clear plastic bottle in, lying down.",
    ),
    Reason.FORBIDDEN_CLASS: _both(
        "Jenis wadah tidak sesuai",
        "Mesin ini hanya menerima botol air mineral PET. Ambil kembali barang Anda.",
        "Wrong kind of container",
        "This machine takes PET water bottles only. Take your item back.",
    ),
    Reason.NOT_EMPTY: _both(
        "Botol berisi cairan",
        "Kosongkan botol, lalu masukkan lagi.",
        "The bottle is not empty",
        "Empty the bottle, then put it in again.",
    ),
    Reason.TOO_HEAVY: _both(
        "Botol terlalu berat",
        "Kosongkan botol sampai habis, lalu masukkan lagi.",
        "The bottle is too heavy",
        "Empty the bottle completely, then put it in again.",
    ),
    Reason.TOO_LIGHT: _both(
        "Botol terlalu ringan",
        "Masukkan satu botol PET yang utuh, bukan gambarnya.",
        "The bottle is too light",
        "Put in one whole PET bottle, not a picture of it.",
    ),
    Reason.TWO_ITEMS: _both(
        "Lebih dari satu barang",
        "Masukkan botol satu per satu.",
        "More than one item",
        "Put the bottles in one at a time.",
    ),
    Reason.LOW_CONFIDENCE: _both(
        "Mesin belum yakin",
        "Masukkan lagi dengan label menghadap ke atas.",
        "The machine is not sure",
        "Put it in again with the label facing up.",
    ),
    Reason.FRAMES_DISAGREE: _both(
        "Gambar tidak sama",
        "Biarkan botol diam di dalam, lalu coba lagi.",
        "The pictures disagree",
        "Let the bottle lie still, then try again.",
    ),
    Reason.UNKNOWN_OBJECT: _both(
        "Objek tidak dikenal",
        "Ambil kembali barang Anda. Mesin ini hanya menerima botol PET kosong.",
        "Unknown object",
        "Take your item back. This machine takes empty PET bottles only.",
    ),
    Reason.EYES_UNAVAILABLE: _both(
        "Pemeriksaan tidak tersedia",
        "Ambil kembali barang Anda dan coba sebentar lagi.",
        "The inspection is not available",
        "Take your item back and try again in a moment.",
    ),
    Reason.TOO_LATE: _both(
        "Pemeriksaan terlalu lama",
        "Ambil kembali barang Anda dan coba sekali lagi.",
        "The inspection took too long",
        "Take your item back and try once more.",
    ),
    Reason.REPEATED: _both(
        "Botol ini sudah dihitung",
        "Ambil kembali botol ini dan masukkan botol yang lain.",
        "This bottle was counted already",
        "Take this bottle back and put in another one.",
    ),
    Reason.SECOND_OBJECT: _both(
        "Ada benda lain di dalam",
        "Masukkan hanya satu botol, lalu tarik tangan Anda.",
        "Something else lies in there",
        "Put in one bottle alone, then take your hand away.",
    ),
    Reason.ODD_SHAPE: _both(
        "Bentuknya tidak seperti botol",
        "Masukkan satu botol PET yang utuh dalam posisi rebah.",
        "It has not the shape of a bottle",
        "Put in one whole PET bottle, lying down.",
    ),
    Reason.EMPTY_PET: _both(
        "Botol PET kosong diterima",
        "Terima kasih. Silakan masukkan botol berikutnya.",
        "Empty PET bottle accepted",
        "Thank you. You may put in the next bottle.",
    ),
}
