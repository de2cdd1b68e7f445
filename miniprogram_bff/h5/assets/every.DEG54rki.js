import{o as a,a as e,T as t}from"./index-Dl-UwynW.js";function s(s,n){let o;const r=()=>clearInterval(o);a(()=>{r(),o=setInterval(()=>{n()},1e3*s)}),e(r),t(r)}export{s as u};
