/** Pages of paper that a played printer says every letter has. */
const sheets = 1;

const classOfMethod: Readonly<Record<string, string>> = {
  FIRST: '1ST',
  INTERNATIONAL_EU: 'INTERNATIONAL',
  INTERNATIONAL_ROW: 'INTERNATIONAL',
};

/** What a printer posts of a letter (delivery sheet §6.3). */
export function writeStubStatus(
  { id, despatchMethod }: { readonly id: string; readonly despatchMethod: string | null },
  { jobStatus, at }: { readonly jobStatus: 'DESPATCHED' | 'REJECTED'; readonly at: Date },
): string {
  const despatchProperties = [
    { key: 'totalSheets', value: String(sheets) },
    { key: 'postageClass', value: classOfMethod[despatchMethod ?? ''] ?? '2ND' },
    { key: 'mailingProduct', value: despatchMethod === null ? 'MM' : 'UNSORTED' },
  ];
  return JSON.stringify({
    id: `message of ${id}`,
    time: at.toISOString(),
    data: {
      jobId: id,
      jobType: 'NOTIFY',
      jobStatus,
      transitionDate: at.toISOString(),
      ...(jobStatus === 'DESPATCHED' && { despatchProperties }),
    },
    metadata: { correlationId: id },
  });
}
