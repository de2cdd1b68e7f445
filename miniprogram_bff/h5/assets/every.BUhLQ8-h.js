import{h as a,o as e,a2 as s}from"./base.Bn9JIkoM.js";function t(t,o){let r;const n=()=>clearInterval(r);a(()=>{n(),r=setInterval(()=>{o()},1e3*t)}),e(n),s(n)}export{t as u};
