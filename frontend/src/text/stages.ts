// Stages that background jobs report, in Chinese and English; frontend/pages/stages.py says the same without scripts.
export const stages: Record<string, readonly [string, string]> = {
  "": ["正在启动", "Starting"],
  reading: ["正在读取数据", "Reading the data"],
  relaxing: ["正在计算任何方案都达不到的下限", "Computing what no plan can beat"],
  starting: ["正在拟定初步方案", "Making a first plan"],
  improving: ["正在寻找更好的方案", "Looking for a better plan"],
  filing: ["正在登记报名", "Taking applications"],
  judging: ["正在按规则逐个审核", "Judging every application by the rules"],
  writing: ["正在生成派位名单", "Writing the entry list"],
  drawing: ["正在计算派位号", "Drawing the tickets"],
  placing: ["正在录取", "Placing the children"],
  bundling: ["正在制作公开结果包", "Making the public bundle"],
  verifying: ["正在独立核对结果", "Checking the result independently"],
  joining_streets: ["正在连接道路", "Joining the streets"],
  walking: ["正在计算到各校的步行距离", "Measuring walks from every school"],
  storing: ["正在保存", "Storing"],
  offering: ["正在发放录取资格", "Offering the places"],
};
