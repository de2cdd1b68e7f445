const a={active:"good",claimed:"warn",asked:"brand"},d=d=>a[d]??"";export{d as a};
