const x = {}
export default x
