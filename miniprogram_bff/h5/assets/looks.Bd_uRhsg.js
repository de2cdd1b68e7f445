const d={issued:"good",voiding:"warn",voided:"bad"},o=o=>d[o]??"";export{o as r};
