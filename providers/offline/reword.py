"""Plainer words for a picture that was refused."""

from __future__ import annotations

import re

from providers.offline.keywords import picture_of

# What picture services' filters meet: left, and the harmless sight that takes its place.
_PLAINER = {
    r"blood\w*|gore|gory|wound\w*|corpses?|dead bod(?:y|ies)": "shadow",
    r"dead|dying|deaths?|kill\w*|murder\w*|suicid\w*|drown\w*": "still",
    r"guns?|rifles?|pistols?|weapons?|knife|knives|swords?|bombs?|missiles?": "tool",
    r"explo(?:de|des|ding|sion|sions)|attack\w*|wars?|battles?|fight\w*": "storm",
    r"naked|nude|nudity|sexy|sexual|erotic|lingerie|seductive": "elegant",
    r"child|children|kids?|bab(?:y|ies)|toddlers?|infants?": "small figures",
    r"terror\w*|violen\w*|brutal\w*|torture\w*|horror|horrifying": "dramatic",
    r"drugs?|cocaine|heroin|cigarettes?|smoking": "mist",
}
_STYLE_OF = re.compile(
    r",?\s*\b(?:in the style of|by the artist|as drawn by)\b[^,.;]*", re.IGNORECASE
)
_FIRST_CLAUSE = re.compile(r"^[^.;]+[.;]?")
SILHOUETTE = "Seen from far away as a silhouette: "


def plainer(prompt: str, tries: int = 1) -> str:
    """Say the picture in safer words; the second try also keeps only its first clause.

    Where no word is risky, the subject is moved far away and drawn as a silhouette, and where
    it is one already, only its telling words are left.
    """
    said = _STYLE_OF.sub("", prompt)
    for risky, harmless in _PLAINER.items():
        said = re.sub(rf"\b(?:{risky})\b", harmless, said, flags=re.IGNORECASE)
    if tries > 1 and (clause := _FIRST_CLAUSE.match(said)):
        said = clause[0]
    said = " ".join(said.split())
    if said != " ".join(prompt.split()):
        return said
    return picture_of(said.removeprefix(SILHOUETTE)) if SILHOUETTE in said else SILHOUETTE + said
