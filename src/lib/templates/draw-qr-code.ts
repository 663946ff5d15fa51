import { create } from 'qrcode';

/**
 * A QR code as a path that fills its dark modules, error correction level M, bytes as UTF-8 (templating sheet §6). One
 * unit is one module; there is no border.
 *
 * @throws Error when the data does not fit; letters hold no more than `qrCodeByteLimit` bytes
 */
export function qrCodePath(data: string): { path: string; size: number } {
  const { modules } = create([{ data: Buffer.from(data, 'utf8'), mode: 'byte' }], { errorCorrectionLevel: 'M' });
  const { size } = modules;
  let path = '';
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      if (!modules.get(row, column)) continue;
      let end = column + 1;
      while (end < size && modules.get(row, end)) end += 1;
      path += `M${column} ${row}h${end - column}v1h-${end - column}z`;
      column = end;
    }
  }
  return { path, size };
}

/** A QR code as an SVG element. @throws Error as `qrCodePath` */
export function drawQrCode(data: string): string {
  const { path, size } = qrCodePath(data);
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges">` +
    `<path fill="#000000" d="${path}"/></svg>`
  );
}
