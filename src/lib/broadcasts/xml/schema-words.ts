/** A type of a schema: one of these words, which are parted by `|`. */
export function oneOf(words: string): string {
  const values = words.split('|').map((word) => `<xs:enumeration value="${word}"/>`);
  return `<xs:simpleType><xs:restriction base="xs:string">${values.join('')}</xs:restriction></xs:simpleType>`;
}

/** A type of a schema: as many whole numbers of 32 bits as there are names, in that order. */
export function integers(names: string, minOccurs = 1): string {
  return names
    .split('|')
    .map((name) => `<xs:element name="${name}" type="xs:int" minOccurs="${minOccurs}"/>`)
    .join('');
}
