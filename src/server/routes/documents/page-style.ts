/** The style of the pages of documents: plain, large, and with a focus that is seen. */
export const pageStyle = `
*{box-sizing:border-box}
body{margin:0;color:#0b0c0c;background:#fff;font:1.1875rem/1.4 "Helvetica Neue",Helvetica,Arial,sans-serif}
header{background:#0b0c0c;color:#fff;font-weight:700}
header div,main,footer{max-width:61rem;margin:0 auto;padding:.75rem 1rem}
main{padding-top:2rem;padding-bottom:3rem}
main>*{max-width:40rem}
h1{font-size:2.25rem;line-height:1.15;margin:0 0 2rem}
h2{font-size:1.5rem;margin:0 0 .75rem}
p,dl{margin:0 0 1.25rem}
a{color:#1d70b8;text-decoration-thickness:max(1px,.0625rem);text-underline-offset:.15em}
a:hover{color:#003078;text-decoration-thickness:3px}
a:focus,.skip:focus{outline:3px solid transparent;color:#0b0c0c;background:#fd0;box-shadow:0 -2px #fd0,0 4px #0b0c0c;text-decoration:none}
.skip:not(:focus){position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.skip{display:block;padding:.75rem 1rem}
.button{display:inline-block;border:2px solid transparent;padding:.5rem .75rem;color:#fff;background:#00703c;box-shadow:0 2px 0 #002d18;font:inherit;text-decoration:none;cursor:pointer}
.button:hover,.button:visited{color:#fff}
.button:hover{background:#005a30}
.button:focus{border-color:#fd0;outline:3px solid transparent;color:#0b0c0c;background:#fd0;box-shadow:0 2px 0 #0b0c0c}
label{display:block;font-weight:700;margin-bottom:.5rem}
input{width:100%;border:2px solid #0b0c0c;padding:.375rem;margin-bottom:1.5rem;color:#0b0c0c;background:#fff;font:inherit}
input:focus{outline:3px solid #fd0;box-shadow:inset 0 0 0 2px}
.summary{border:5px solid #d4351c;padding:1.25rem;margin-bottom:2rem}
.summary:focus{outline:3px solid #fd0}
.summary a,.error{color:#942514;font-weight:700}
.field.wrong{border-left:5px solid #d4351c;padding-left:1rem}
.field.wrong input{border-color:#d4351c}
dt{font-weight:700}
dd{margin:0 0 .75rem}
`;
