import { utf8 } from './encodings';

/** A page as a browser saves it, with what sites put around a text. */
export const webPage = (body: string): Uint8Array =>
  utf8(`<!DOCTYPE html>
<html lang="zh"><head><meta charset="utf-8"><title>政府文件-云溪市人民政府门户网站</title>
<script>var list = ["（责任单位：市水务局）", "<p>1.修渠。</p>"];</script><style>p { margin: 0 }</style></head>
<body><nav><ul><li>首页</li><li>政务公开</li><li>政民互动</li></ul></nav>
<div class="main"><div class="text">
${body}
</div></div>
<script>document.write("（牵头单位：市财政局）");</script>
<footer><p>主办：云溪市人民政府办公室</p><p>版权所有：云溪市人民政府　网站标识码：0000000000</p></footer>
</body></html>`);
