const a={waiting:"brand",offered:"warn",accepted:"good",lapsed:"bad"},d=d=>a[d]??"";export{d as w};
